"""The DAFTAR batch: workers who go to BPJS in its upload form (states.md §6; W7)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from rentan.asuhan.models import Asuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound, RuleError
from rentan.core.subject import load_deks, reveal, seal_values
from rentan.ext import db
from rentan.kepesertaan import formulir
from rentan.kepesertaan.models import BarisDaftar
from rentan.kepesertaan.queries import Kandidat, batas_baris, list_kandidat
from rentan.paket.models import Paket
from rentan.paket.penangan import Baris, BerkasPaket, Dikecualikan, register
from rentan.paket.status import JenisPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.alasan_bpjs import alasan_of
from rentan.pekerja.gerak import gerak_banyak
from rentan.pekerja.models import Pekerja
from rentan.tarif.queries import bulan_pertama
from rentan.util.angka import format_angka
from rentan.util.nik import mask_nik
from rentan.wilayah.models import Kecamatan, Kelurahan

H = HasilBaris
BERAKHIR = "berakhir"  # the sponsorship behind a line is no more


class PenanganDaftar:
    """Lines are workers; what BPJS gets is frozen at the lock and stays sealed with each line."""

    jenis = JenisPaket.DAFTAR
    sebutan = "pekerja"
    halaman = "kepesertaan.index"

    def isi(self, paket: Paket, *, by: Pelaku) -> int:
        """Everybody who is ready, the longest sponsored first, up to the rows that one file may have."""
        known = set(db.session.scalars(select(BarisDaftar.pekerja_id).where(_of(paket))))
        inside, last = _inside(paket), _last(paket)
        ready = [one for one in list_kandidat() if not one.kode and one.pekerja_id not in known]
        ready = ready[: max(0, batas_baris() - inside)]
        rows = [
            {
                "id": uuid.uuid4(),
                "paket_id": paket.id,
                "pekerja_id": one.pekerja_id,
                "asuhan_id": one.asuhan_id,
                "urutan": last + number,
                "hasil": H.MENUNGGU,
            }
            for number, one in enumerate(ready, 1)
        ]
        if rows:
            _insert(rows)
        return inside + len(ready)

    def keluarkan(self, paket: Paket, baris_id: uuid.UUID, *, by: Pelaku) -> None:
        """B2: the line stays as a trace, the worker can go into the next batch."""
        row = db.session.scalar(
            select(BarisDaftar).where(_of(paket), BarisDaftar.id == baris_id).with_for_update()
        )
        if row is None:
            raise NotFound
        if row.hasil is not H.MENUNGGU:
            raise RuleError("Baris ini sudah dikeluarkan.", kode="sudah_dikeluarkan")
        row.hasil = H.DIKELUARKAN
        db.session.flush()

    def list_baris(self, paket: Paket, *, sesudah: int, banyak: int) -> list[Baris]:
        """Name, work and the last four digits of the NIK."""
        query = (
            select(BarisDaftar)
            .where(_of(paket), BarisDaftar.urutan > sesudah)
            .options(db.joinedload(BarisDaftar.pekerja))
            .order_by(BarisDaftar.urutan)
            .limit(banyak)
        )
        rows = db.session.scalars(query).all()
        load_deks(row.pekerja_id for row in rows)
        return [_shown(row) for row in rows]

    def count_hasil(self, paket: Paket) -> dict[HasilBaris, int]:
        """How many lines stand where."""
        query = select(BarisDaftar.hasil, func.count()).where(_of(paket)).group_by(BarisDaftar.hasil)
        found = {row[0]: row[1] for row in db.session.execute(query)}
        return {hasil: found[hasil] for hasil in H if hasil in found}

    def list_dikecualikan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Workers on the way who are not in it, and those who were taken out."""
        query = select(BarisDaftar.pekerja_id, BarisDaftar.hasil).where(_of(paket))
        status = {row.pekerja_id: row.hasil for row in db.session.execute(query)}
        found = []
        for one in list_kandidat():
            if status.get(one.pekerja_id) is H.MENUNGGU:
                continue
            alasan, siapa = one.alasan, one.siapa
            if not one.kode:
                taken_out = one.pekerja_id in status
                alasan = (
                    "Dikeluarkan dari paket ini; dapat masuk ke paket berikutnya."
                    if taken_out
                    else "Sudah siap; tekan “Tambahkan yang sudah siap”."
                )
            found.append(_left_out(one.pekerja_id, one.nama, alasan, siapa, one.kode))
            if len(found) == banyak:
                break
        return found

    def list_hambatan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Lines whose worker may not go any more."""
        return [_left_out(*one) for one in _blocked(paket, banyak)]

    def bekukan(self, paket: Paket, *, by: Pelaku) -> BerkasPaket:
        """Seal every row with its worker's key and write the upload form."""
        if stopped := _blocked(paket, 1):
            _, nama, alasan, *_ = stopped[0]
            raise RuleError(f"{nama} belum dapat diajukan. {alasan}", kode="baris_menghalangi")
        lines = list(_values(paket))
        sealed = seal_values("baris_daftar", "isi", [(row, who, text) for row, who, text in lines])
        if sealed:
            db.session.execute(update(BarisDaftar), [{"id": key, "isi_enc": v} for key, v in sealed.items()])
        data = formulir.write_formulir(formulir.thaw(text) for _, _, text in lines)
        nama = f"pendaftaran-bpjs-{paket.periode:%Y-%m}-{paket.id.hex[:6]}-{paket.urutan_berkas + 1}.xlsx"
        return BerkasPaket(data, nama)

    def setelah_kunci(self, paket: Paket, *, by: Pelaku) -> None:
        """Nothing moves: a locked list has not left the building."""

    def setelah_kirim(self, paket: Paket, *, by: Pelaku) -> None:
        """W7 for every line. Raises ``RuleError`` when somebody may not go any more since the lock."""
        if stopped := _blocked(paket, 4):
            nama = ", ".join(one[1] for one in stopped[:3])
            raise RuleError(
                f"Sejak paket ini dikunci, ada pekerja yang tidak dapat diajukan lagi: {nama}"
                f"{' dan lainnya' if len(stopped) > 3 else ''}. {stopped[0][2]} Batalkan paket ini, lalu "
                "susun yang baru.",
                kode="baris_berubah",
            )
        gerak_banyak(_workers(paket), "kirim", by=by, kosong=[], mandat_disetujui=True)

    def setelah_batal(self, paket: Paket, *, by: Pelaku) -> None:
        """B12: free for the next batch."""
        db.session.execute(
            update(BarisDaftar).where(_of(paket), BarisDaftar.hasil == H.MENUNGGU).values(hasil=H.DIKELUARKAN)
        )


def _insert(rows: list[dict[str, Any]]) -> None:
    """Raises ``RuleError`` when another list takes one of these workers at the same moment."""
    try:
        with db.session.begin_nested():
            db.session.execute(insert(BarisDaftar), rows)
    except IntegrityError:
        raise RuleError(
            "Ada pekerja yang baru saja masuk ke paket lain. Muat ulang halaman, lalu susun kembali.",
            kode="dalam_paket",
        ) from None


def _of(paket: Paket) -> Any:
    return BarisDaftar.paket_id == paket.id


def _inside(paket: Paket) -> int:
    query = select(func.count()).select_from(BarisDaftar).where(_of(paket), BarisDaftar.hasil == H.MENUNGGU)
    return db.session.scalar(query) or 0


def _last(paket: Paket) -> int:
    return db.session.scalar(select(func.max(BarisDaftar.urutan)).where(_of(paket))) or 0


def _shown(row: BarisDaftar) -> Baris:
    nik = mask_nik(reveal(row.pekerja, "nik") or "", lahir_terlihat=False)
    alasan = ""
    if row.hasil is H.DITOLAK:
        alasan = f"{alasan_of(row.kode_hasil).kalimat} {row.keterangan or ''}".strip()
    return Baris(
        row.id, row.urutan, row.pekerja.nama, f"NIK {nik}, {row.pekerja.pekerjaan}", row.hasil, alasan
    )


def _left_out(pekerja_id: uuid.UUID, nama: str, alasan: str, siapa: str, kode: str) -> Dikecualikan:
    """With the page that mends it: the blanks of BPJS's form, or the page of a sponsored worker."""
    if kode == BERAKHIR:
        return Dikecualikan(pekerja_id, nama, alasan, siapa)
    halaman = "kepesertaan.complete" if kode == "kosong" else "kepesertaan.show"
    return Dikecualikan(pekerja_id, nama, alasan, siapa, halaman, "pekerja_id")


def _blocked(paket: Paket, banyak: int) -> list[tuple[uuid.UUID, str, str, str, str]]:
    """(worker, name, why, whose turn, code of the reason) of the first lines that may not go now."""
    query = (
        select(BarisDaftar.pekerja_id, BarisDaftar.asuhan_id, Pekerja.nama)
        .join(Pekerja, Pekerja.id == BarisDaftar.pekerja_id)
        .where(_of(paket), BarisDaftar.hasil == H.MENUNGGU)
        .order_by(BarisDaftar.urutan)
    )
    rows = db.session.execute(query).all()
    now_standing: dict[tuple[uuid.UUID, uuid.UUID], Kandidat] = {
        (one.pekerja_id, one.asuhan_id): one for one in list_kandidat(pekerja_ids=[row[0] for row in rows])
    }
    found = []
    for pekerja_id, asuhan_id, nama in rows:
        one = now_standing.get((pekerja_id, asuhan_id))
        # The line itself makes everybody in it "already in a batch".
        if one is None or one.kode not in ("", "dalam_paket"):
            alasan = one.alasan if one else "Asuhannya sudah berakhir atau beralih."
            siapa, kode = (one.siapa, one.kode) if one else ("", BERAKHIR)
            found.append((pekerja_id, nama, alasan, siapa, kode))
        if len(found) == banyak:
            break
    return found


def _values(paket: Paket) -> Any:
    """(line, worker, frozen row) in the order of the file."""
    bulan = bulan_pertama(today())
    query = (
        select(BarisDaftar, Pekerja, Asuhan, Kelurahan.nama, Kecamatan.nama)
        .join(Pekerja, Pekerja.id == BarisDaftar.pekerja_id)
        .join(Asuhan, Asuhan.id == BarisDaftar.asuhan_id)
        .join(Kelurahan, Kelurahan.kode == Pekerja.kelurahan_kode)
        .join(Kecamatan, Kecamatan.kode == Kelurahan.kecamatan_kode)
        .where(_of(paket), BarisDaftar.hasil == H.MENUNGGU)
        .order_by(BarisDaftar.urutan)
    )
    rows = db.session.execute(query).all()
    load_deks(row[1].id for row in rows)
    for line, pekerja, asuhan, kelurahan, kecamatan in rows:
        yield line.id, pekerja.id, formulir.freeze(_facts(pekerja, asuhan, kelurahan, kecamatan, bulan))


def _facts(pekerja: Pekerja, asuhan: Asuhan, kelurahan: str, kecamatan: str, bulan: date) -> dict[str, Any]:
    hp = reveal(pekerja, "hp")
    return {
        "nik": reveal(pekerja, "nik"),
        "nama": pekerja.nama,
        "tanggal_lahir": pekerja.tanggal_lahir,
        "jenis_kelamin": pekerja.jenis_kelamin.value,
        "alamat": pekerja.alamat,
        "kelurahan": kelurahan,
        "kecamatan": kecamatan,
        "hp": f"0{hp.removeprefix('+62')}" if hp else None,
        "pekerjaan": pekerja.pekerjaan,
        "lokasi_kerja": pekerja.lokasi_kerja,
        "penghasilan": asuhan.penghasilan,
        "program": asuhan.program,
        "mulai": max(asuhan.bulan_pertama or bulan, bulan),
    }


def _workers(paket: Paket) -> list[Pekerja]:
    """The workers of the lines, held against a change at the same time, in the order of ids."""
    ids = select(BarisDaftar.pekerja_id).where(_of(paket), BarisDaftar.hasil == H.MENUNGGU)
    query = select(Pekerja).where(Pekerja.id.in_(ids)).order_by(Pekerja.id)
    return list(
        db.session.scalars(
            query.with_for_update(key_share=True).execution_options(populate_existing=True)
        ).unique()
    )


def kalimat_sisa(siap: int) -> str:
    """What one file cannot hold waits for the next."""
    return (
        f"Satu berkas paling banyak {format_angka(batas_baris())} baris; "
        f"{format_angka(siap - batas_baris())} pekerja menunggu paket berikutnya."
        if siap > batas_baris()
        else ""
    )


PENANGAN = register(PenanganDaftar())
