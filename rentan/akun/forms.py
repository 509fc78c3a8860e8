"""What people type to sign in, to look after their account, and what an admin types about accounts."""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from rentan.core.permissions import Peran
from rentan.web.forms import (
    BaseForm,
    FilterForm,
    PilihanField,
    SandiField,
    TanggalField,
    TeksField,
    UuidSelectField,
    Wajib,
)


class MasukForm(BaseForm):
    kunci_formulir = None
    nip = TeksField("NIP atau pengenal", [Wajib()], maks=100, lebar=24)
    sandi = SandiField("Kata sandi", [Wajib()])


class KodeForm(BaseForm):
    """A code of the phone, or a recovery code in its place."""

    kunci_formulir = None
    kode = TeksField("Kode pengaman", [Wajib()], maks=40, lebar=14)


class UlangForm(BaseForm):
    """Prove again who you are (AUT-7)."""

    kunci_formulir = None
    sandi = SandiField("Kata sandi Anda", [Wajib()])


class _SandiBaru(BaseForm):
    """A new password, typed twice: it cannot be read back while it is typed."""

    kunci_formulir = None

    def check_sama(self, pertama: Any, kedua: Any) -> None:
        if kedua.data and pertama.data != kedua.data:
            raise ValidationError("Kedua kata sandi tidak sama. Ketik ulang keduanya.")


class SandiForm(_SandiBaru):
    """Change one's own password."""

    sandi_lama = SandiField("Kata sandi sekarang", [Wajib()])
    sandi_baru = SandiField("Kata sandi baru", [Wajib()], baru=True)
    sandi_ulang = SandiField("Ulangi kata sandi baru", [Wajib()], baru=True)

    def validate_sandi_ulang(self, field: Any) -> None:
        self.check_sama(self.sandi_baru, field)


class TautanForm(_SandiBaru):
    """Choose a password with the code of a one-use link."""

    kode = TeksField("Kode tautan", [Wajib()], maks=60, lebar=36)
    sandi = SandiField("Kata sandi baru", [Wajib()], baru=True)
    sandi_ulang = SandiField("Ulangi kata sandi baru", [Wajib()], baru=True)

    def validate_sandi_ulang(self, field: Any) -> None:
        self.check_sama(self.sandi, field)


class CariAkunForm(FilterForm):
    cari = TeksField("Nama, NIP, atau pengenal", maks=100, lebar=30)
    peran = PilihanField("Peran", pilihan=Peran, kosong="Semua peran")


class AkunBaruForm(BaseForm):
    pengenal = TeksField("Pengenal untuk masuk", [Wajib()], maks=100, lebar=24)
    nama = TeksField("Nama lengkap", [Wajib()], maks=200)


class PeranForm(BaseForm):
    """Grant a role; the place belongs to the operator and to the petugas kecamatan only."""

    peran = PilihanField("Peran", [Wajib()], pilihan=Peran)
    opd = UuidSelectField("OPD", kosong="Hanya untuk operator OPD")
    kecamatan = PilihanField("Kecamatan", kosong="Hanya untuk petugas kecamatan")
    selesai = TanggalField("Berlaku sampai")


class TindakanForm(BaseForm):
    """A button that posts: token and one-time key, nothing else."""
