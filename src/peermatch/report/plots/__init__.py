"""Pictures of a result, in one style. Each takes axes to draw on, or makes its own, and returns them."""

from peermatch.report.plots.gallery import Plots
from peermatch.report.plots.style import alt_text, save_plot

__all__ = ["Plots", "alt_text", "save_plot"]
