"""The parts of those who work for one agency or one district."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select

from rentan.aktivasi.queries import list_unit
from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.beranda.antre import Antre, baca_antre
from rentan.beranda.tugas import Bagian, Besaran, Mendesak, Tautan, Tugas, nilai, tanggal, tertua
from rentan.calon.queries import count_usulan
from rentan.calon.status import KeadaanUsulan
from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.iuran.pemberitahuan import count_per_bulan
from rentan.kartu.models import AcaraSerah, Kartu
from rentan.kartu.status import StatusAcara, StatusKartu
from rentan.laporan.queries import angka_opd, jumlah
from rentan.opd.models import Opd
from rentan.pindai.models import Tumpukan
from rentan.pindai.status import StatusTumpukan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.util.angka import format_angka
from rentan.util.tanggal import awal_bulan, format_bulan
from rentan.verifikasi.models import PermintaanPerbaikan
from rentan.wilayah.models import Kecamatan

#: Days after which paper that lies still is called late.
HARI_TANDA_TANGAN, HARI_SERAH, HARI_ASLI_OPD = 14, 7, 30
#: The paper is still wanted while the letter is on its way.
MENUNGGU_ASLI = (
    StatusSurat.DIUNGGAH, StatusSurat.DIPERIKSA, StatusSurat.PERLU_PERBAIKAN, StatusSurat.TERVERIFIKASI,
)  # fmt: skip


def bagian_operator(by: Pelaku) -> Bagian:
    """The agency's ladder, who has not activated or joined, and papers to collect."""
    opd = list(db.session.scalars(select(Opd).where(Opd.id.in_(by.opd_ids)).order_by(Opd.urutan, Opd.id)))
    angka = jumlah(angka_opd(awal_bulan(today()), by.opd_ids).values())
    nama = ", ".join(one.singkatan for one in opd) or "OPD Anda"
    # The same people as on the page of the slips: everybody who may activate, counted in percentages or not.
    belum_akun = sum(row.belum for one in opd for row in list_unit(one))
    di_luar = belum_akun - (angka.asn - angka.aktivasi)
    luar = f" Termasuk {format_angka(di_luar)} ASN di luar hitungan persentase." if di_luar > 0 else ""
    bagian = Bagian(
        "operator",
        f"Sebagai operator {nama}",
        f"{format_angka(angka.belum)} dari {format_angka(angka.asn)} ASN belum ikut; ikut bersifat sukarela, "
        "jadi tugas Anda memberi tahu dan membantu.",
        Tautan("Lihat siapa yang belum ikut", "/partisipasi?daftar=belum"),
    )
    bagian.angka = [
        Besaran("Sudah ikut", angka.ikut, angka.asn, url="/partisipasi?daftar=ikut", uji="ikut"),
        Besaran("Akun aktif", angka.aktivasi, angka.asn, url="/partisipasi", uji="aktivasi"),
        Besaran(
            "Pekerja asuhan", angka.pekerja, satuan="orang", url="/partisipasi?daftar=ikut", uji="pekerja"
        ),
    ]
    bagian.tugas = [
        *baca_antre(*_antrean_operator(by)),
        Tugas(
            f"{format_angka(belum_akun)} ASN belum mengaktifkan akun",
            nilai(belum_akun),
            f"Cetak slip aktivasi, lalu bagikan per unit kerja.{luar}",
            "/aktivasi/slip",
            "belum_aktivasi",
        ),
        *_surat_tarif(by),
    ]
    return bagian


def _surat_tarif(by: Pelaku) -> list[Tugas]:
    """Letters to hand out about a tariff that changes in a month ahead, until every donor has read it."""
    kini = awal_bulan(today())
    return [
        Tugas(
            f"{format_angka(banyak)} surat perubahan tarif {format_bulan(bulan)} untuk donatur",
            Mendesak.PERLU if belum else Mendesak.BERES,
            f"{format_angka(belum)} donatur belum membacanya di aplikasi; cetak dan bagikan."
            if belum
            else "Semua donatur sudah membacanya di aplikasi.",
            "/tarif/pemberitahuan",
            "surat_tarif",
        )
        for bulan, banyak, belum in count_per_bulan(by.opd_ids)
        if bulan >= kini
    ]


def _antrean_operator(by: Pelaku) -> list[Antre]:
    """Repairs, letters nobody sent, originals to collect and pass on, stacks, cards without address."""

    def surat(kolom: Any, *syarat: Any) -> Any:
        return select(kolom).join(Asn, Asn.id == SuratKuasa.asn_id).where(Asn.opd_id.in_(by.opd_ids), *syarat)

    perbaikan = (
        select(PermintaanPerbaikan.dibuka_pada)
        .join(SuratKuasa, SuratKuasa.id == PermintaanPerbaikan.surat_kuasa_id)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(Asn.opd_id.in_(by.opd_ids), PermintaanPerbaikan.ditutup_pada.is_(None))
    )
    kartu = (
        select(Kartu.sejak)
        .join(Asuhan, Asuhan.id == Kartu.asuhan_id)
        .join(Asn, Asn.id == Asuhan.asn_id)
        .where(
            Asn.opd_id.in_(by.opd_ids),
            Kartu.status == StatusKartu.DIKEMBALIKAN,
            Kartu.alamat_dijawab_pada.is_(None),
        )
    )
    tumpukan = select(Tumpukan.dibuat_pada).where(
        Tumpukan.opd_id.in_(by.opd_ids), Tumpukan.status == StatusTumpukan.SIAP
    )
    dicetak, perlu = StatusSurat.DICETAK, StatusSurat.PERLU_PERBAIKAN
    terkirim = SuratKuasa.status.in_(MENUNGGU_ASLI)
    return [
        Antre(
            "surat perlu perbaikan",
            perbaikan,
            f"/surat-kuasa?status={perlu.value}",
            "perbaikan",
            "Ingatkan pemiliknya, atau bantu memperbaiki.",
        ),
        Antre(
            "surat sudah dicetak tetapi belum dikirim",
            surat(SuratKuasa.dicetak_pada, SuratKuasa.status == dicetak),
            f"/surat-kuasa?status={dicetak.value}",
            "dicetak",
            "Ingatkan pemiliknya, atau bantu mengunggah.",
            HARI_TANDA_TANGAN,
        ),
        Antre(
            "lembar asli perlu dikumpulkan dari ASN",
            surat(SuratKuasa.diunggah_pada, terkirim, SuratKuasa.asli_di == AsliDi.ASN),
            f"/surat-kuasa?asli_di={AsliDi.ASN.value}",
            "asli_asn",
            "Suratnya sudah terkirim; lembar asli bermeterai masih pada ASN.",
            HARI_SERAH,
        ),
        Antre(
            "lembar asli perlu diteruskan ke admin kota",
            surat(SuratKuasa.diunggah_pada, terkirim, SuratKuasa.asli_di == AsliDi.OPD),
            f"/surat-kuasa?asli_di={AsliDi.OPD.value}",
            "asli_opd",
            "Lembar asli ada di sekretariat Anda.",
            HARI_ASLI_OPD,
        ),
        Antre(
            "tumpukan pindaian belum diselesaikan",
            tumpukan,
            "/pindai",
            "tumpukan",
            "Kirim yang lengkap, lalu bereskan sisanya.",
        ),
        Antre(
            "kartu dikembalikan karena pekerja tidak ditemui",
            kartu,
            "/kartu",
            "kartu_alamat",
            "Tanyakan alamat yang benar kepada ASN-nya.",
        ),
    ]


def bagian_kecamatan(by: Pelaku) -> Bagian:
    """The district's own proposals: who still waits for a donor, who has been chosen, who is checked."""
    nama = ", ".join(
        db.session.scalars(
            select(Kecamatan.nama).where(Kecamatan.kode.in_(by.kecamatan)).order_by(Kecamatan.nama)
        )
    )
    usulan = count_usulan(seen_by=by)
    menunggu, terlama = usulan[KeadaanUsulan.MENUNGGU]
    bagian = Bagian(
        "kecamatan",
        f"Sebagai petugas Kecamatan {nama}",
        "Anda mengusulkan pekerja rentan di kecamatan Anda, dan menyerahkan kartu kepada mereka.",
        Tautan("Buka kartu", "/kartu"),
    )
    bagian.angka = [
        Besaran(
            one.label,
            usulan[one][0],
            satuan="orang",
            url=f"/calon?tampilan=usulan&keadaan={one.value}",
            uji=one.value,
        )
        for one in (KeadaanUsulan.MENUNGGU, KeadaanUsulan.DIPILIH, KeadaanUsulan.DIPERIKSA)
    ]
    bagian.tugas = [
        *_acara(by),
        *baca_antre(*_antrean_kartu(by)),
        Tugas(
            f"{format_angka(menunggu)} pekerja menunggu orang tua asuh",
            Mendesak.BERJALAN if menunggu else Mendesak.KOSONG,
            tertua(terlama, "Yang terlama menunggu") or "Usulkan pekerja lebih dahulu.",
            f"/calon?tampilan=usulan&keadaan={KeadaanUsulan.MENUNGGU.value}" if menunggu else "/calon/usul",
            "menunggu",
        ),
    ]
    return bagian


def _acara(by: Pelaku) -> list[Tugas]:
    """Hand-over days of today, and past ones that nobody has closed."""
    query = (
        select(AcaraSerah)
        .where(
            AcaraSerah.kecamatan_kode.in_(by.kecamatan),
            AcaraSerah.status == StatusAcara.RENCANA,
            AcaraSerah.tanggal <= today(),
        )
        .order_by(AcaraSerah.tanggal, AcaraSerah.id)
    )
    tugas = []
    for one in db.session.scalars(query):
        lewat = one.tanggal < today()
        tugas.append(
            Tugas(
                f"Acara penyerahan {'belum diselesaikan' if lewat else 'hari ini'}: {one.nama}",
                Mendesak.TERLAMBAT if lewat else Mendesak.PERLU,
                f"{one.tempat}, {tanggal(one.tanggal)}. "
                + ("Selesaikan acaranya untuk berita acara." if lewat else "Buka halaman pindai."),
                f"/kartu/acara/{one.id}" if lewat else f"/kartu/serah?acara={one.id}",
                "acara",
            )
        )
    return tugas


def _antrean_kartu(by: Pelaku) -> list[Antre]:
    """Cards to receive, in hand, not delivered yet, and to give back."""

    def kartu(*syarat: Any) -> Any:
        return select(Kartu.sejak).where(Kartu.kecamatan_kode.in_(by.kecamatan), *syarat)

    batas = now() - timedelta(days=int(get_setting("hari_kartu_kecamatan")))
    sejak = func.coalesce(Kartu.diterima_pada, Kartu.sejak)
    habis = or_(Kartu.percobaan >= int(get_setting("maks_undangan")), sejak < batas)
    tidak = Kartu.status == StatusKartu.TIDAK_KETEMU
    return [
        Antre("kartu dikirim menunggu Anda terima", kartu(Kartu.status == StatusKartu.DIKIRIM_KEC),
              "/kartu/terima", "kartu_terima", "Hitung lebih dahulu, lalu catat selisihnya."),
        Antre("kartu di tangan belum dijadwalkan", kartu(Kartu.status == StatusKartu.DITERIMA_KEC),
              "/kartu/acara", "kartu_jadwal", "Buat acara penyerahan, atau serahkan satu per satu."),
        Antre("kartu belum diterima karena pekerja tidak datang", kartu(tidak, ~habis),
              "/kartu", "kartu_tidak_ketemu"),
        Antre("kartu perlu dikembalikan ke petugas BPJS", kartu(tidak, habis),
              "/kartu", "kartu_kembali", "Sudah cukup sering dicoba."),
    ]  # fmt: skip
