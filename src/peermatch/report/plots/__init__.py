"""Pictures of results, in one style. Each takes axes to draw on, or makes its own, and returns them."""

from peermatch.report.picture import Picture, picture
from peermatch.report.plots.gallery import Plots
from peermatch.report.plots.growth import draw_growth
from peermatch.report.plots.rounds import draw_rounds
from peermatch.report.plots.style import alt_text, save_plot

__all__ = ["Picture", "Plots", "alt_text", "draw_growth", "draw_rounds", "picture", "save_plot"]
