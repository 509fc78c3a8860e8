"""Shapes of the forms of standing in, pausing, ending a search and reopening."""

from __future__ import annotations

from wtforms import BooleanField

from rentan.core.status import Status
from rentan.surat_kuasa.jeda import ALASAN_BENDAHARA
from rentan.surat_kuasa.penjaga import JEDA_BLOKIR, JEDA_GAJI
from rentan.web.forms import BaseForm, PilihanField, TeksPanjangField, VersionedForm, Wajib


class LamaJeda(Status):
    """How long a pause lasts (A9, M16: at most two months)."""

    SATU = "1", "Satu bulan"
    DUA = "2", "Dua bulan"


class AlasanJeda(Status):
    """Why a bendahara pauses (M16)."""

    BLOKIR = JEDA_BLOKIR, ALASAN_BENDAHARA[JEDA_BLOKIR]
    GAJI = JEDA_GAJI, ALASAN_BENDAHARA[JEDA_GAJI]


class Jawaban(Status):
    """What a stand-in answers."""

    TERIMA = "terima", "Saya talangi"
    TOLAK = "tolak", "Tidak kali ini"


class Putusan(Status):
    """What the second verifikator answers (A16)."""

    SETUJU = "setuju", "Buka kembali"
    TOLAK = "tolak", "Tidak"


class SiapForm(BaseForm):
    """Stand by."""

    siap = BooleanField(
        "Saya siap menalangi 1 pekerja, paling lama 2 bulan",
        [Wajib("Centang bila Anda bersedia.")],
        description="Anda ditanya setiap kali; tidak ada yang dipotong sebelum Anda menjawab ya.",
    )


class JawabForm(VersionedForm):
    """T2, T3: two buttons."""

    jawaban = PilihanField("Jawaban", [Wajib()], pilihan=Jawaban)


class TindakanForm(VersionedForm):
    """A button on one row."""


class JedaForm(VersionedForm):
    """By the donor."""

    bulan = PilihanField("Lama jeda", [Wajib()], pilihan=LamaJeda, tampilan="radio")


class JedaBendaharaForm(JedaForm):
    """By the bendahara: with the reason."""

    alasan = PilihanField("Alasan", [Wajib()], pilihan=AlasanJeda, tampilan="radio")


class AkhiriForm(VersionedForm):
    """A13."""

    catatan = TeksPanjangField(
        "Pemberitahuan kepada pekerja",
        [Wajib()],
        maks=500,
        description="Kapan dan bagaimana pekerja diberi tahu, misalnya surat diantar kader tanggal berapa.",
    )


class UsulBukaForm(BaseForm):
    """A16, first verifikator."""

    catatan = TeksPanjangField(
        "Mengapa pengakhiran ini keliru", [Wajib()], maks=500, description="Dibaca verifikator kedua."
    )


class PutusBukaForm(BaseForm):
    """A16, second verifikator: two buttons."""

    putusan = PilihanField("Putusan", [Wajib()], pilihan=Putusan)
