"""The decree as PDF/A-2b: same decree, same bytes.  typst sets it, segno draws the QR code; no font of the machine."""

import io
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
import typst

from fines_api.decrees.schemas import Decree
from fines_api.kit.errors import FinesError
from fines_api.kit.i18n import Catalogue, load_catalogue
from recognition.contracts import EvidenceRole
from recognition.plates import display, load_grammars

TEXTS = Path(__file__).parent / "texts"
_TEMPLATE = Path(__file__).parent / "templates" / "decree.typ"
_PHOTO_ROLES = (EvidenceRole.PLATE_FRAME, EvidenceRole.PLATE_CROP)
_DOCUMENT_LANGUAGE = "ru"
_UNKNOWN = "–"


class DocumentError(FinesError):
    """The typesetter refused the decree."""

    code = "decree.document_failed"


@dataclass(frozen=True)
class Photos:
    """The pictures a decree must carry: file name (for its kind) and bytes."""

    frame: tuple[str, bytes]
    plate_crop: tuple[str, bytes] | None


def photo_paths(decree: Decree) -> dict[EvidenceRole, str]:
    """Return where in the package the pictures of the document are."""
    return {item.role: item.path for item in reversed(decree.evidence) if item.role in _PHOTO_ROLES}


def render_decree(decree: Decree, photos: Photos, *, issuer: str, link: str) -> bytes:
    """Set the decree in the language of the law.

    Raises:
        DocumentError: the typesetter refused it (``decree.document_failed``).
    """
    words = load_catalogue(_DOCUMENT_LANGUAGE, (TEXTS,))
    with tempfile.TemporaryDirectory(prefix="rubezh-decree-") as name:
        folder = Path(name)
        data = _words_of(decree, words) | {"issuer": issuer, "frame": f"frame{Path(photos.frame[0]).suffix}"}
        (folder / data["frame"]).write_bytes(photos.frame[1])
        data["plate_crop"] = None
        if photos.plate_crop:
            data["plate_crop"] = f"plate{Path(photos.plate_crop[0]).suffix}"
            (folder / data["plate_crop"]).write_bytes(photos.plate_crop[1])
        (folder / "qr.svg").write_bytes(_qr(link))
        (folder / "decree.typ").write_bytes(_TEMPLATE.read_bytes())
        try:
            pdf = typst.compile(
                folder / "decree.typ",
                root=folder,
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"decree": json.dumps(data, ensure_ascii=False)},
                pdf_standards=["a-2b"],
                timestamp=int(decree.issued_at.timestamp()),
            )
        except (typst.TypstError, RuntimeError) as error:
            raise DocumentError(f"decree {decree.number}: {error}", hint="look at the pictures of the case") from error
    assert isinstance(pdf, bytes)
    return pdf


def measured_in_words(decree: Decree, words: Catalogue) -> str:
    """Say what was measured, how sure it is, and what the decree counts."""
    measurement = decree.measurement
    if measurement is None:
        return words.text("measured.none")
    digits = 2 if decree.limit_kmh is None else 1
    value = words.decimal(measurement.value, digits)
    uncertainty = words.decimal(measurement.expanded_uncertainty, digits, is_uncertainty=True)
    if decree.limit_kmh is None or decree.excess_kmh is None:
        return words.text("measured.distance", value=value, uncertainty=uncertainty)
    return words.text(
        "measured.speed",
        value=value,
        uncertainty=uncertainty,
        counted=f"{decree.limit_kmh + decree.excess_kmh:g}",
        limit=f"{decree.limit_kmh:g}",
        excess=f"{decree.excess_kmh:g}",
    )


def _words_of(decree: Decree, words: Catalogue) -> dict[str, Any]:
    labels = {
        f"{name}_label": words.text(f"document.{name}")
        for name in (
            "reference", "measurement", "device", "photos", "norm", "decision", "calculation", "payment", "appeal",
            "evidence",
        )
    }  # fmt: skip
    plain = {name: words.text(f"document.{name}") for name in ("title", "check", "established", "photo_frame")}
    plain |= {"photo_plate": words.text("document.photo_plate"), "qr_alt": words.text("document.check")}
    return {
        **labels,
        **plain,
        "language": words.language,
        "number": decree.number,
        "officer": decree.officer_name,
        "reference": decree.payment_reference,
        "package_sha256": decree.package_sha256,
        "measurement": measured_in_words(decree, words),
        **_fact_words(decree, words),
        **_law_words(decree, words),
    }


def _fact_words(decree: Decree, words: Catalogue) -> dict[str, Any]:
    key, location, certificate = decree.plate, decree.location, decree.certificate
    plate = display(key.plate, plate_region=key.plate_region, plate_type=key.plate_type, grammars=load_grammars())
    return {
        "plate": plate,
        "fact": words.text(
            "document.fact",
            moment=words.moment(decree.occurred_at, decree.timezone),
            place=decree.place,
            latitude=f"{location.latitude:.5f}" if location else _UNKNOWN,
            longitude=f"{location.longitude:.5f}" if location else _UNKNOWN,
            plate=plate,
            rule=words.text(f"rule.{decree.rule}"),
        ),
        "device": words.text(
            "document.device_facts",
            model=certificate.device_model if certificate else _UNKNOWN,
            device=decree.device_id,
            approval=certificate.type_approval if certificate else _UNKNOWN,
            verification=certificate.verification if certificate else _UNKNOWN,
            until=words.date(certificate.valid_until.date()) if certificate else _UNKNOWN,
        ),
    }


def _law_words(decree: Decree, words: Catalogue) -> dict[str, Any]:
    payment = words.text(
        "document.payment_text",
        amount=decree.amount,
        until=words.date(decree.payment_until),
        reference=decree.payment_reference,
    )
    if decree.discount_until:
        until = words.date(decree.discount_until)
        payment += " " + words.text(
            "document.payment_discount", until=until, discounted=decree.discounted, percent=decree.discount_percent
        )
    return {
        "number_line": words.text("document.number", number=decree.number),
        "issued": words.text("document.issued", moment=words.moment(decree.issued_at, decree.timezone)),
        "norm": words.text("document.norm_text", article=decree.article, part=decree.part, text=decree.article_text),
        "decision": words.text(
            "document.decision_text",
            officer=decree.officer_name,
            amount=decree.amount,
            article=decree.article,
            part=decree.part,
        ),
        "why": [{"text": words.explain(why), "source": why["source"]} for why in decree.why],
        "payment": payment,
        "appeal": words.text("document.appeal_text", until=words.date(decree.appeal_until)),
    }


def _qr(link: str) -> bytes:
    buffer = io.BytesIO()
    segno.make(link, error="m").save(buffer, kind="svg", scale=4, border=2)
    return buffer.getvalue()
