"""Every table, imported once so that the metadata is whole (Alembic, tests)."""

from rentan.akun import models as akun
from rentan.asn import models as asn
from rentan.asuhan import models as asuhan
from rentan.autodebet import models as autodebet
from rentan.berkas import models as berkas
from rentan.calon import models as calon
from rentan.core import audit, idempotency, imports, numbering, settings, subject, workflow
from rentan.iuran import models as iuran
from rentan.kartu import models as kartu
from rentan.kepesertaan import models as kepesertaan
from rentan.opd import models as opd
from rentan.paket import models as paket
from rentan.pekerja import models as pekerja
from rentan.pencabutan import models as pencabutan
from rentan.pendaftaran import models as pendaftaran
from rentan.pindai import models as pindai
from rentan.setoran import models as setoran
from rentan.siaga import models as siaga
from rentan.surat_kuasa import models as surat_kuasa
from rentan.tarif import models as tarif
from rentan.verifikasi import models as verifikasi
from rentan.wilayah import models as wilayah

__all__ = [
    "akun", "asn", "asuhan", "audit", "autodebet", "berkas", "calon", "idempotency", "imports", "iuran",
    "kartu", "kepesertaan", "numbering", "opd", "paket", "pekerja", "pencabutan", "pendaftaran", "pindai",
    "setoran", "settings", "siaga", "subject", "surat_kuasa", "tarif", "verifikasi", "wilayah", "workflow",
]  # fmt: skip
