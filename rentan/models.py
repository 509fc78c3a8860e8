"""Every table, imported once so that the metadata is whole (Alembic, tests)."""

from rentan.akun import models as akun
from rentan.asn import models as asn
from rentan.asuhan import models as asuhan
from rentan.berkas import models as berkas
from rentan.calon import models as calon
from rentan.core import audit, idempotency, imports, numbering, settings, subject, workflow
from rentan.opd import models as opd
from rentan.pekerja import models as pekerja
from rentan.pendaftaran import models as pendaftaran
from rentan.surat_kuasa import models as surat_kuasa
from rentan.tarif import models as tarif
from rentan.wilayah import models as wilayah

__all__ = [
    "akun", "asn", "asuhan", "audit", "berkas", "calon", "idempotency", "imports", "numbering", "opd",
    "pekerja", "pendaftaran", "settings", "subject", "surat_kuasa", "tarif", "wilayah", "workflow",
]  # fmt: skip
