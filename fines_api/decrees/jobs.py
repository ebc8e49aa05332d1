"""Set the document of a fresh decree."""

from uuid import UUID

from fines_api.decrees.document import DocumentError, Photos, photo_paths, render_decree
from fines_api.decrees.service import RENDER_JOB, DecreeService
from fines_api.kit.jobs import job
from fines_api.node import Node
from recognition.contracts import EvidenceRole


@job(RENDER_JOB)
def render_document(node: Node, *, decree_id: str) -> None:
    """Render the PDF outside any transaction, then keep it once."""
    identifier = UUID(decree_id)
    with node.database.begin() as session:
        service = DecreeService(session, node)
        decree = service.decree(identifier)
        if decree.is_document_ready:
            return
        paths = photo_paths(decree)
        files = {role: (path, service.evidence_of(identifier, path).data) for role, path in paths.items()}
    frame = files.get(EvidenceRole.PLATE_FRAME)
    if frame is None:
        raise DocumentError(f"decree {decree.number}: its package holds no frame", hint="cancel the decree")
    link = f"{node.settings.public_url.rstrip('/')}/citizen/decrees/{decree_id}"
    issuer = f"Рубеж · регион {node.settings.region}"
    pdf = render_decree(decree, Photos(frame, files.get(EvidenceRole.PLATE_CROP)), issuer=issuer, link=link)
    with node.database.begin() as session:
        DecreeService(session, node).keep_document(identifier, pdf)
