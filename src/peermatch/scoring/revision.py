"""The scoring revision: whoever changes what any pair scores raises it, in this one place."""

__all__ = ["SCORING_REVISION"]

SCORING_REVISION = 1
"""Every result says by which revision it was scored. The same input, configuration, revision and versions of packages
give the same bytes. ``tests/scoring/test_revision.py`` holds the scores of fixed people against it."""
