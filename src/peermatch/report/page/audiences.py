"""For whom a page is made, and what it says of that on top."""

from __future__ import annotations

__all__ = ["ADMINISTRATOR", "AUDITOR", "GROUPS_NOTE", "NOTES", "PARTICIPANT", "PRINT_LABELS"]

ADMINISTRATOR, AUDITOR, PARTICIPANT = "administrator", "auditor", "participant"

NOTES = {
    ADMINISTRATOR: "For the administrator of the programme. This page shows what people wrote in their profiles: hand "
    "nothing on but the guide of a pair, to the two whom it is about.",
    AUDITOR: "For the auditor. This page says what was used, by which weights, and what is proved. It shows no values "
    "from anybody's profile.",
}
PRINT_LABELS = {
    ADMINISTRATOR: "Print reasons and guides of the pairs found (up to 500)",
    AUDITOR: "Print what the scores of the pairs found are made of (up to 500)",
}
GROUPS_NOTE = " Groups alone bear the names that people wrote; what would tell of a few of them is hidden."
