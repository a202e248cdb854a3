"""Files that appear whole or not at all, and folders whose files belong together: never half of two sets."""

from peermatch.publication.folder import finish, publishing, remove_files, write_files
from peermatch.publication.journal import JOURNAL

__all__ = ["JOURNAL", "finish", "publishing", "remove_files", "write_files"]
