"""The way of a contribution, one sentence for each move of either axis; pure."""

from __future__ import annotations

from collections.abc import Callable

from rentan.iuran.mengapa_data import (
    Baris,
    Coba,
    Fakta,
    Kalimat,
    Langkah,
    alasan_terakhir,
    besar,
    sebab_gagal,
)
from rentan.iuran.status import AlasanTahan
from rentan.paket.status import JenisPaket
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan, format_hari


def _paket(coba: Coba | None) -> str:
    if coba is None:
        return "paket debet"
    sebutan = "paket debet ulang" if coba.jenis is JenisPaket.ULANG else "paket debet"
    return f"{sebutan} {coba.nomor}" if coba.nomor else sebutan


def _masuk(f: Fakta, b: Baris, _l: Langkah, coba: Coba | None) -> str:
    jumlah = format_rupiah(coba.jumlah if coba else b.tagihan)
    kapan = f", hari debet {format_hari(coba.tanggal)}" if coba and coba.tanggal else ""
    return f"Tagihan {jumlah} untuk {f.nama} masuk {_paket(coba)}{kapan}."


def _tahan(_f: Fakta, b: Baris, langkah: Langkah, _coba: Coba | None) -> str:
    label = next((one.label for one in AlasanTahan if one.value == langkah.alasan), "")
    return f"Potongan ditahan. {label}".strip()


def _terima(kata: str) -> Callable[[Fakta, Baris, Langkah, Coba | None], str]:
    def sentence(_f: Fakta, b: Baris, langkah: Langkah, coba: Coba | None) -> str:
        jumlah = format_rupiah(coba.jumlah if coba else b.tagihan)
        terakhir = langkah == next(
            (one for one in reversed(b.langkah) if one.peristiwa in ("berhasil", "jawaban_berhasil")), None
        )
        kapan = f" pada {format_hari(b.dibayar_pada)}" if terakhir and b.dibayar_pada else ""
        return f"{kata}: {jumlah} didebet{kapan}."

    return sentence


def _tolak(kata: str) -> Callable[[Fakta, Baris, Langkah, Coba | None], str]:
    def sentence(_f: Fakta, b: Baris, langkah: Langkah, coba: Coba | None) -> str:
        kode = langkah.alasan or (coba.kode_hasil if coba else None)
        return f"{kata}: {sebab_gagal(kode, b.kelas_gagal if coba is b.terakhir else None)}."

    return sentence


def _tetap(teks: str) -> Callable[[Fakta, Baris, Langkah, Coba | None], str]:
    return lambda _f, _b, _l, _c: teks


LANGKAH: dict[tuple[str, str], Callable[[Fakta, Baris, Langkah, Coba | None], str]] = {
    ("C1", "jadwalkan"): lambda f, b, _l, _c: (
        f"Iuran {format_bulan(f.bulan)} untuk {f.nama}, {format_rupiah(b.jumlah)}, dijadwalkan."
    ),
    ("C1", "pakai_kredit"): lambda _f, b, _l, _c: (
        f"Iuran {format_rupiah(b.jumlah)} dibayar dari kelebihan bayar."
    ),
    ("C2", "tahan"): _tahan,
    ("C3", "lepas"): _tetap("Potongan tidak ditahan lagi."),
    ("C4", "masuk_batch"): _masuk,
    ("C5", "keluar"): lambda _f, _b, _l, c: f"Dikeluarkan dari {_paket(c)} sebelum dikirim ke bank.",
    ("C6", "kirim"): lambda _f, _b, _l, c: (
        f"{_paket(c).capitalize() if c is None else besar(_paket(c))} dikirim ke bank."
    ),
    ("B7", "berkas_ditolak"): _tetap(
        "Bank menolak seluruh berkas tanpa mendebet siapa pun; berkas disusun lagi."
    ),
    ("C7", "berhasil"): _terima("Bank menjawab berhasil"),
    ("C8", "gagal"): _tolak("Bank menjawab"),
    ("C9", "tanpa_kabar"): _tetap("Jawaban bank sudah lengkap, tetapi tidak menyebut iuran ini."),
    ("C10", "jawaban_berhasil"): _terima("Bank memastikan sudah didebet"),
    ("C10", "jawaban_gagal"): _tolak("Bank memastikan tidak didebet"),
    ("C11", "ulang"): _masuk,
    ("C12", "bayar_lain"): lambda _f, b, _l, _c: (
        f"Dibayar {b.bayar.saluran.label.lower()} pada {format_hari(b.bayar.tanggal)}, bukti {b.bayar.bukti}."
        if b.bayar
        else "Dibayar lewat jalan lain."
    ),
    ("C13", "hapuskan"): lambda _f, b, _l, _c: f"Tagihan dihapuskan{alasan_terakhir(b, 'hapuskan')}.",
    ("C13", "gugur"): _tetap("Tagihan gugur, karena asuhan ini berhenti sebelum dibayar."),
    ("C14", "kembalikan"): lambda _f, b, _l, _c: f"Uang dikembalikan{alasan_terakhir(b, 'kembalikan')}.",
    ("C15", "terlambat_gagal"): _tetap("Bank membatalkan debet yang semula berhasil."),
    ("P1", "masuk_setoran"): _tetap("Masuk paket setoran ke BPJS Ketenagakerjaan."),
    ("P2", "keluar_setoran"): _tetap("Dikeluarkan dari paket setoran sebelum dibayarkan."),
    ("P3", "setor"): lambda _f, b, _l, _c: f"{format_rupiah(b.jumlah)} disetor ke BPJS Ketenagakerjaan.",
    ("P4", "tercatat"): lambda f, _b, _l, _c: (
        f"Iuran {format_bulan(f.bulan)} tercatat di BPJS Ketenagakerjaan."
    ),
    ("P5", "ditolak"): _tetap("BPJS menolak iuran ini; petugas BPJS memperbaiki datanya."),
    ("P6", "perbaiki"): _tetap("Data diperbaiki; iuran disetor lagi pada setoran berikutnya."),
}


def jalan(f: Fakta, b: Baris) -> list[Kalimat]:
    """The row's moves in the order in which they were made, each with the attempt it belongs to."""
    found, n = [], -1
    masuk = sum(one.peristiwa in ("masuk_batch", "ulang") for one in b.langkah)
    for one in b.langkah:
        n += one.peristiwa in ("masuk_batch", "ulang")
        # Attempts and moves are told apart only when each move has left its line.
        coba = b.coba[n] if masuk == len(b.coba) and 0 <= n < len(b.coba) else None
        teks = LANGKAH[one.kode, one.peristiwa](f, b, one, coba)
        found.append(Kalimat(f"{one.kode}:{one.peristiwa}", teks, one.pada))
    return found
