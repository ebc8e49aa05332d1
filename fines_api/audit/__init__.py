"""Who did what to which record: hash-chained rows written in the transaction of the deed."""

from fines_api.audit.service import AuditFault, record, verify_chain

__all__ = ["AuditFault", "record", "verify_chain"]
