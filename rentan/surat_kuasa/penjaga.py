"""Guards of M5-M23: verification, bank, pause, withdrawal. Each answers the sentence in the way.

What they need beyond the row comes as facts from the room that makes the move (``verifikasi``, ``autodebet``,
``pencabutan``). A page that only asks which buttons there are may leave facts out: what the room itself will
ask is then not held against the button.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.util.tanggal import format_jam, format_tanggal

Fakta = dict[str, Any]


def klaim_sampai(surat: Any) -> Any:
    """When the claim of the verifikator who holds this letter ends (M5), or ``None``."""
    if surat.diperiksa_sejak is None:
        return None
    return surat.diperiksa_sejak + timedelta(hours=int(get_setting("jam_klaim")))


def klaim_berlaku(surat: Any) -> bool:
    """Does somebody hold this letter now?"""
    sampai = klaim_sampai(surat)
    return sampai is not None and sampai > now()


def not_uploader(_surat: Any, by: Pelaku, facts: Fakta) -> str | None:
    """M5, G5: nobody verifies what he uploaded."""
    if by.akun_id in facts.get("pengunggah", ()):
        return "Anda ikut mengunggah berkas surat ini, sehingga verifikator lain yang memeriksanya."
    return None


def free_or_stale(surat: Any, by: Pelaku, facts: Fakta) -> str | None:
    """M5: nobody else holds it, or that claim is over."""
    if surat.diperiksa_oleh is None or not klaim_berlaku(surat):
        return None
    sampai = format_jam(klaim_sampai(surat))
    if surat.diperiksa_oleh == by.akun_id:
        return f"Surat ini sudah Anda ambil sampai pukul {sampai}."
    return f"Surat ini sedang diperiksa {facts.get('pemeriksa', 'verifikator lain')} s.d. pukul {sampai}."


def holder(surat: Any, by: Pelaku, facts: Fakta) -> str | None:
    """M7, M9: only who holds the letter decides on it."""
    if surat.diperiksa_oleh == by.akun_id:
        return None
    return (
        f"Surat ini dipegang {facts.get('pemeriksa', 'verifikator lain')}. Ambil lebih dahulu setelah "
        "dilepaskan atau masa pegangnya lewat."
    )


def holder_or_admin(surat: Any, by: Pelaku, facts: Fakta) -> str | None:
    """M6: the verifikator who holds it gives it back; an admin may free one that was left lying."""
    return None if by.has(Peran.ADMIN) else holder(surat, by, facts)


def something_refused(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M7: at least one paper or worker needs repair, and everything has been looked at."""
    if facts.get("belum_diputus"):
        return f"Masih ada yang belum diperiksa: {', '.join(facts['belum_diputus'])}."
    if "perlu_perbaikan" in facts and not facts["perlu_perbaikan"]:
        return "Belum ada berkas atau pekerja yang ditandai perlu diperbaiki."
    return None


def no_open_request(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M7: one open request for repair at a time."""
    return "Masih ada permintaan perbaikan yang terbuka." if facts.get("permintaan_terbuka") else None


def no_open_opinion(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M7, M9: while a second verifikator is asked, the first one waits."""
    if facts.get("pendapat_menunggu"):
        return "Pendapat verifikator kedua masih ditunggu."
    return None


def all_accepted(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M9: three verdicts "ya", every worker decided, at least one of them accepted."""
    if facts.get("belum_diputus"):
        return f"Masih ada yang belum diperiksa: {', '.join(facts['belum_diputus'])}."
    if facts.get("perlu_perbaikan"):
        return f"Ada yang ditandai perlu diperbaiki: {', '.join(facts['perlu_perbaikan'])}."
    if "pekerja_diterima" in facts and not facts["pekerja_diterima"]:
        return "Tidak ada pekerja yang diterima dalam surat ini, sehingga surat tidak dapat disetujui."
    return None


def exceptions_cleared(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M9: the holder of the account is the ASN and nobody else names it, or a second verifikator agreed."""
    found: list[str] = facts.get("perlu_pendapat", [])
    return " ".join(found) or None


def original_at_office(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M9: the paper itself has reached the OPD at least (setting ``asli_wajib``)."""
    if facts.get("asli_kurang"):
        return (
            "Lembar asli belum tercatat di sekretariat OPD. Minta operator OPD mencatatnya lebih dahulu; "
            "putusan Anda tetap tersimpan."
        )
    return None


def refusal_confirmed(_surat: Any, by: Pelaku, facts: Fakta) -> str | None:
    """M10: a second verifikator confirms what the first one proposed."""
    if facts.get("usul_tolak_oleh") is None:
        return "Belum ada usul penolakan dari verifikator pertama."
    if facts["usul_tolak_oleh"] == by.akun_id:
        return "Penolakan yang Anda usulkan harus disetujui verifikator lain."
    return None


def all_answered(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M8: each refused paper replaced, each refused item repaired or contested with a note."""
    if facts.get("belum_dijawab"):
        return f"Belum diperbaiki atau disanggah: {', '.join(facts['belum_dijawab'])}."
    return None


def overdue(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M23: as many days as set have passed, and two reminders were sent."""
    hari = int(get_setting("hari_basi"))
    if facts["hari_terbuka"] < hari or facts["pengingat"] < 2:
        return f"Permintaan perbaikan baru berakhir setelah {hari} hari dan dua pengingat."
    return None


def bank_takes_no_letters(_surat: Any, _by: Pelaku, _facts: Fakta) -> str | None:
    """M12: only where the bank does not register letters itself."""
    if get_setting("bank_mendaftar_mandat"):
        return "Bank mendaftar surat kuasa; surat ini diajukan ke bank dalam paket."
    return None


def effective_later(surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M20: the successor begins after this version did."""
    mulai: date = facts["mulai_pengganti"]
    if surat.berlaku_mulai is None or mulai > surat.berlaku_mulai:
        return None
    return (
        f"Surat yang baru harus berlaku sesudah {format_tanggal(surat.berlaku_mulai)}, hari mulai surat ini."
    )


#: M16: who asked for the pause. The donor ends the own one, the bendahara what was blocked (M17).
JEDA_SENDIRI, JEDA_BLOKIR, JEDA_GAJI = "permintaan_asn", "rekening_diblokir", "gaji_berhenti"
MAKS_BULAN_JEDA = 2


def pause_short(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M16: at most two months without a stand-in payer."""
    if facts.get("bulan_jeda", 1) <= MAKS_BULAN_JEDA or facts.get("ada_siaga"):
        return None
    return f"Jeda paling lama {MAKS_BULAN_JEDA} bulan, kecuali ada donatur siaga yang menalangi."


def own_pause(surat: Any, by: Pelaku, _facts: Fakta) -> str | None:
    """M17: the donor ends the own pause, the bendahara a blocked account; an agreed end comes by itself."""
    if by.is_system:
        return None
    sendiri = surat.alasan_jeda == JEDA_SENDIRI
    if sendiri and not (by.asn_id is not None and surat.asn_id == by.asn_id):
        return "Jeda ini diminta ASN sendiri, sehingga ASN yang melanjutkannya."
    if not sendiri and not by.has(Peran.BENDAHARA):
        return "Potongan ini dihentikan sementara oleh bendahara, yang akan melanjutkannya."
    return None


def term_over(_surat: Any, _by: Pelaku, facts: Fakta) -> str | None:
    """M21: pension, end of contract, or twelve months without a debit."""
    if facts.get("habis", True):
        return None
    return "Masa surat kuasa ini belum habis."
