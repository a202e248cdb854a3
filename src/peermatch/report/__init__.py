"""Results on their way out: tables, text, files, plain data, graphs. Nothing here knows what a pairing object is."""

from peermatch.publication import write_files
from peermatch.report.audience import (
    ADMINISTRATOR,
    AUDIENCES,
    AUDITOR,
    PARTICIPANT,
    TABLES,
    THINGS,
    Access,
    check_audience,
    check_table,
)
from peermatch.report.audit_schema import audit_schema
from peermatch.report.audit_summary import audit_summary
from peermatch.report.certificate import CertificateView
from peermatch.report.data_protection import DataProtection, data_protection
from peermatch.report.document import (
    SCHEMA,
    certificate_data,
    document,
    json_text,
    pairing_schema,
    pairs_data,
    typed_id,
)
from peermatch.report.exports import AUDIT_SCHEMA, audit_document, audit_frames
from peermatch.report.files import csv_text, plain_text, safe_text
from peermatch.report.frames import (
    frontier_frame,
    members_frame,
    pairs_frame,
    people_frame,
    reasons_of,
    rules_frame,
    unmatched_frame,
)
from peermatch.report.graph import to_graph
from peermatch.report.html import notebook_html
from peermatch.report.odd import OddView
from peermatch.report.quality import (
    GroupQuality,
    coverage_frame,
    group_quality,
    refuse_private,
    without_small_names,
)
from peermatch.report.reading import id_from, read_json
from peermatch.report.repairs import repairs_frame
from peermatch.report.saved import check_result
from peermatch.report.saved_frames import plain_id, saved_frames
from peermatch.report.shortlist import Shortlist, ShortOf
from peermatch.report.summary import headline, summary_text
from peermatch.report.update import ChangeRow, UpdateView, changes_frame, stability_frame

__all__ = [
    "ADMINISTRATOR",
    "AUDIENCES",
    "AUDITOR",
    "AUDIT_SCHEMA",
    "PARTICIPANT",
    "SCHEMA",
    "TABLES",
    "THINGS",
    "Access",
    "CertificateView",
    "ChangeRow",
    "DataProtection",
    "GroupQuality",
    "OddView",
    "ShortOf",
    "Shortlist",
    "UpdateView",
    "audit_document",
    "audit_frames",
    "audit_schema",
    "audit_summary",
    "certificate_data",
    "changes_frame",
    "check_audience",
    "check_result",
    "check_table",
    "coverage_frame",
    "csv_text",
    "data_protection",
    "document",
    "frontier_frame",
    "group_quality",
    "headline",
    "id_from",
    "json_text",
    "members_frame",
    "notebook_html",
    "pairing_schema",
    "pairs_data",
    "pairs_frame",
    "people_frame",
    "plain_id",
    "plain_text",
    "read_json",
    "reasons_of",
    "refuse_private",
    "repairs_frame",
    "rules_frame",
    "safe_text",
    "saved_frames",
    "stability_frame",
    "summary_text",
    "to_graph",
    "typed_id",
    "unmatched_frame",
    "without_small_names",
    "write_files",
]
