"""What is kept about a run, so that it can be checked later, and what of it may show."""

from peermatch.audit.counts import GroupCounts
from peermatch.audit.evidence import Asked, evidence_of
from peermatch.audit.fingerprint_values import digest_of, table_digest
from peermatch.audit.fingerprints import (
    certificate_fingerprint,
    key_from_rows,
    key_from_secret,
    key_id,
    keyed,
    plain_fingerprint,
    result_fingerprint,
    row_fingerprints,
    row_texts,
)
from peermatch.audit.manifest import (
    INPUTS,
    MANIFEST_SCHEMA,
    Given,
    audit_manifest,
    manifest_of,
    versions_used,
)
from peermatch.audit.settings import criterion_settings, rule_settings, settings_of, without_deciders
from peermatch.audit.suppression import Hidden, hidden_cells

__all__ = [
    "INPUTS",
    "MANIFEST_SCHEMA",
    "Asked",
    "Given",
    "GroupCounts",
    "Hidden",
    "audit_manifest",
    "certificate_fingerprint",
    "criterion_settings",
    "digest_of",
    "evidence_of",
    "hidden_cells",
    "key_from_rows",
    "key_from_secret",
    "key_id",
    "keyed",
    "manifest_of",
    "plain_fingerprint",
    "result_fingerprint",
    "row_fingerprints",
    "row_texts",
    "rule_settings",
    "settings_of",
    "table_digest",
    "versions_used",
    "without_deciders",
]
