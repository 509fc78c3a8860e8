"""Workers that BPJS has registered, with a donor, and their cards in any state."""

from __future__ import annotations

import itertools
import uuid
from datetime import date, timedelta
from typing import Any

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import now, today
from rentan.core.subject import reveal, seal
from rentan.ext import db, runtime
from rentan.kartu import actions
from rentan.kartu.models import Kartu
from rentan.kartu.status import StatusKartu
from rentan.paket import actions as paket_actions
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from rentan.util.kode import make_kode
from rentan.wilayah.models import Kelurahan
from tests import factories
from tests.cast import Cast, Orang

NGALIYAN, TUGU = "33.74.15", "33.74.16"
_serial = itertools.count(1)


def kelurahan(kecamatan: str = NGALIYAN, nomor: int = 0) -> str:
    query = db.select(Kelurahan.kode).where(Kelurahan.kecamatan_kode == kecamatan).order_by(Kelurahan.kode)
    return list(db.session.scalars(query))[nomor]


def make_terdaftar(
    donatur: Orang, nama: str | None = None, kecamatan: str = NGALIYAN, *, kpj: bool = True
) -> Asuhan:
    """A sponsorship whose worker BPJS has registered; with a number unless told otherwise."""
    number = next(_serial)
    pekerja = factories.make_pekerja(
        nama or f"Pekerja Rekaan {number}",
        lahir=date(1972, 1, 1) + timedelta(days=number % 7_000),
        kelurahan=kelurahan(kecamatan),
        status=StatusPekerja.TERDAFTAR,
        terdaftar_pada=today(),
    )
    if kpj:
        give_kpj(pekerja, f"{26000000000 + number}")
    row = Asuhan(
        asn_id=donatur.asn.id,
        asn=donatur.asn,
        pekerja_id=pekerja.id,
        pekerja=pekerja,
        status=StatusAsuhan.SIAP,
        program="JKK+JKM",
        penghasilan=1_000_000,
        dibuat_pada=now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def give_kpj(pekerja: Pekerja, digits: str) -> None:
    seal(pekerja, "kpj", digits)
    pekerja.kpj_bi = runtime().keyring.blind_index("kpj", digits)
    db.session.flush()


def make_kartu(donatur: Orang, status: StatusKartu = StatusKartu.DITERIMA_KEC, **lain: Any) -> Kartu:
    """A card straight in a state, without its way there; ``nama`` and ``kecamatan`` are the worker's."""
    kecamatan = lain.pop("kecamatan", NGALIYAN)
    asuhan = make_terdaftar(donatur, lain.pop("nama", None), kecamatan)
    return make_kartu_of(asuhan, status, kecamatan=kecamatan, **lain)


def make_kartu_of(asuhan: Asuhan, status: StatusKartu, *, kecamatan: str = NGALIYAN, **lain: Any) -> Kartu:
    """The same for the worker of this sponsorship."""
    pekerja = asuhan.pekerja
    if pekerja.kpj_bi is None:
        give_kpj(pekerja, f"{26000000000 + next(_serial)}")
    row = Kartu(
        id=uuid.uuid4(),
        pekerja_id=pekerja.id,
        pekerja=pekerja,
        asuhan_id=asuhan.id,
        asuhan=asuhan,
        kecamatan_kode=kecamatan,
        status=status,
        kode="K" + make_kode(7),
        sejak=lain.pop("sejak", now()),
        **{"diterima_pada": now(), "percobaan": 0} | lain,
    )
    seal(row, "nomor", reveal(pekerja, "kpj"))
    row.nomor_bi = pekerja.kpj_bi
    db.session.add(row)
    db.session.flush()
    return row


def kirim_daftar(cast: Cast, banyak: int = 3, kecamatan: str = NGALIYAN) -> tuple[Paket, list[Kartu]]:
    """A packing list that has been sent, with its cards, made by the actions of the application."""
    for _ in range(banyak):
        make_terdaftar(cast.sari, kecamatan=kecamatan)
    actions.request_kartu(by=cast.bayu.pelaku)
    paket = kirim_paket(cast, kecamatan)
    return paket, list(
        db.session.scalars(db.select(Kartu).where(Kartu.paket_id == paket.id).order_by(Kartu.id))
    )


def kirim_paket(cast: Cast, kecamatan: str = NGALIYAN) -> Paket:
    """Build, lock, approve and send the list of everything that waits for this kecamatan."""
    bayu = cast.bayu.pelaku
    paket = paket_actions.susun_paket(JenisPaket.KARTU, today(), by=bayu, lingkup=kecamatan)
    paket_actions.kunci_paket(paket, by=bayu)
    paket_actions.setujui_paket(paket, by=cast.yuni.pelaku)
    paket_actions.kirim_paket(paket, by=bayu)
    db.session.commit()
    return paket
