"""The fixed cast (house.md habit 18): every test can ask "and Wati?"."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from flask.testing import FlaskClient

from rentan.akun import actions as akun_actions
from rentan.akun.models import Akun
from rentan.akun.queries import pelaku_of
from rentan.asn.models import Asn
from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.ext import db
from tests import factories

#: All of the cast have this password; hashed once per test run.
SANDI = "kopi-tubruk-pagi-hari"
_hash: list[str] = []


@dataclass
class Orang:
    """One person of the cast."""

    akun: Akun
    asn: Asn | None = None

    @property
    def pelaku(self) -> Pelaku:
        """Who this person is to the actions, read fresh."""
        return pelaku_of(self.akun)

    def sign_in(self, browser: FlaskClient) -> None:
        """Open a session row and put its token into the browser, second factor included."""
        token = akun_actions.open_sesi(self.akun, alamat="127.0.0.1", perangkat="uji", totp=True)
        db.session.commit()
        with browser.session_transaction(base_url="http://localhost") as stored:
            stored["_user_id"] = token
            stored["_fresh"] = True


@dataclass
class Cast:
    """Sari gives; Budi keeps the papers of her OPD, Wati those of another; Joko hands cards over in Ngaliyan
    and Tini in Tugu; Rini verifies; Hadi is treasurer, Yuni approves, Bayu works at BPJS; Agus reads as
    pimpinan; Dewi is admin. Lina is an ASN of Sari's OPD who has not joined; Eko an ASN of Wati's OPD."""

    sari: Orang
    lina: Orang
    eko: Orang
    budi: Orang
    wati: Orang
    joko: Orang
    tini: Orang
    rini: Orang
    hadi: Orang
    yuni: Orang
    bayu: Orang
    agus: Orang
    dewi: Orang

    @classmethod
    def create(cls) -> Cast:
        """Add everybody to the session and flush."""
        own, other = factories.opd("DISKOMINFO"), factories.opd("DINKES")
        made: dict[str, Orang] = {}
        for nama, tempat, lahir in (
            ("Sari Rekaan", own, date(1985, 3, 2)),
            ("Lina Rekaan", own, date(1990, 7, 9)),
            ("Eko Rekaan", other, date(1979, 1, 30)),
            ("Budi Rekaan", own, date(1982, 11, 5)),
            ("Wati Rekaan", other, date(1988, 6, 21)),
            ("Rini Rekaan", factories.opd("BKPP"), date(1986, 9, 14)),
        ):
            asn = factories.make_asn(nama, tempat, lahir=lahir)
            akun = factories.make_akun(asn.nip, nama, asn=asn, sandi_hash=_sandi_hash())
            factories.grant(akun, Peran.ASN)
            made[nama.split()[0].lower()] = Orang(akun, asn)
        factories.grant(made["budi"].akun, Peran.OPERATOR_OPD, opd=own)
        factories.grant(made["wati"].akun, Peran.OPERATOR_OPD, opd=other)
        factories.grant(made["rini"].akun, Peran.VERIFIKATOR)
        for nama, peran, kecamatan in (
            ("Joko", Peran.PETUGAS_KECAMATAN, "33.74.15"),
            ("Tini", Peran.PETUGAS_KECAMATAN, "33.74.16"),
            ("Hadi", Peran.BENDAHARA, None),
            ("Yuni", Peran.PENYETUJU, None),
            ("Bayu", Peran.PETUGAS_BPJS, None),
            ("Agus", Peran.PIMPINAN, None),
            ("Dewi", Peran.ADMIN, None),
        ):
            akun = factories.make_akun(nama.lower(), f"{nama} Rekaan", sandi_hash=_sandi_hash())
            factories.grant(akun, peran, kecamatan=kecamatan)
            made[nama.lower()] = Orang(akun)
        db.session.flush()
        return cls(**made)

    @classmethod
    def load(cls) -> Cast:
        """The same people out of a database that already has them."""
        found = {akun.nama.split()[0].lower(): akun for akun in db.session.scalars(db.select(Akun))}
        return cls(
            **{
                one.name: Orang(found[one.name], db.session.get(Asn, found[one.name].asn_id))
                if found[one.name].asn_id
                else Orang(found[one.name])
                for one in fields(cls)
            }
        )


def _sandi_hash() -> str:
    if not _hash:
        _hash.append(akun_actions.hash_sandi(SANDI))
    return _hash[0]
