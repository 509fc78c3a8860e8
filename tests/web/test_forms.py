"""Shape of input: own fields, Indonesian sentences, refusals at their field, the one-time key."""

import io
import uuid
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from wtforms import BooleanField, FieldList, FormField
from wtforms import Form as PlainForm

from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.ext import db
from rentan.web.forms import (
    BaseForm,
    BerkasField,
    BilanganField,
    FilterForm,
    HpField,
    NikField,
    NipField,
    Optional,
    PilihanField,
    RekeningField,
    RupiahField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    UuidSelectField,
    VersionedForm,
    Wajib,
)
from tests.web.aplikasi import make_app
from tests.web.galeri import Kelamin

SATU, DUA = uuid.UUID(int=1), uuid.UUID(int=2)  # fixed: xdist workers must collect equal names


class SemuaForm(BaseForm):
    nik = NikField("NIK", [Optional()])
    nip = NipField("NIP", [Optional()])
    uang = RupiahField("Penghasilan", [Optional()])
    tanggal = TanggalField("Tanggal lahir", [Optional()])
    hp = HpField("Nomor HP", [Optional()])
    rekening = RekeningField("Nomor rekening", [Optional()])
    nama = TeksField("Nama", maks=20)
    alamat = TeksPanjangField("Alamat")
    kelamin = PilihanField("Jenis kelamin", pilihan=Kelamin, tampilan="radio")
    opd = UuidSelectField("OPD", pilihan=[(SATU, "Satu"), (DUA, "Dua")])
    bulan = BilanganField("Bulan", [Optional()], kecil=1, besar=12)
    setuju = BooleanField("Setuju")
    ktp = BerkasField("KTP")


class WajibForm(BaseForm):
    nik = NikField("NIK pekerja", [Wajib()])
    nama = TeksField("Nama lengkap", [Wajib()])
    kelamin = PilihanField("Jenis kelamin", [Wajib()], pilihan=Kelamin)
    setuju = BooleanField("Setuju", [Wajib("Beri tanda setuju dahulu.")])
    ktp = BerkasField("KTP Anda", [Wajib()])


@pytest.fixture
def app() -> Flask:
    return make_app()


def send(app: Flask, kind: type[BaseForm], data: dict, **kwargs) -> BaseForm:
    with app.test_request_context(method="POST", data=data):
        form = kind(**kwargs)
        form.accepts()
        return form


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("nik", " 3374 0152 0490 0001 ", "3374015204900001"),
        ("nip", "'19720505 200811 2 515", "197205052008112515"),
        ("uang", "16.800", 16800),
        ("uang", "Rp16.800", 16800),
        ("tanggal", "1-12-1980", date(1980, 12, 1)),
        ("tanggal", "17 Agustus 1980", date(1980, 8, 17)),
        ("hp", "0812-3456-7890", "+6281234567890"),
        ("rekening", "1234567890", "1234567890"),
        ("nama", "  Siti \u200b  Aminah\u202e ", "Siti Aminah"),
        ("alamat", " Jalan A \r\n RT 1 \n", "Jalan A\nRT 1"),
        ("kelamin", "P", Kelamin.P),
        ("opd", str(DUA), DUA),
        ("bulan", "12", 12),
    ],
)
def test_typed_text_becomes_a_value(app, field, typed, value):
    form = send(app, SemuaForm, {field: typed})
    assert form.errors == {}
    assert form[field].data == value


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("nik", "337401520490000"),
        ("nik", "３３７４０１５２０４９００００１x"),
        ("nik", "٣٣٧٤٠١٥٢٠٤٩٠٠٠٠١"),
        ("nip", "1972050520081125"),
        ("uang", "1e5"),
        ("uang", "16_800"),
        ("uang", "16,8"),
        ("tanggal", "31-2-1980"),
        ("hp", "1234"),
        ("nama", "x" * 21),
        ("kelamin", "X"),
        ("opd", str(uuid.UUID(int=3))),
        ("opd", "' OR 1=1"),
        ("bulan", "13"),
        ("bulan", "tiga"),
        ("bulan", "1_2"),
    ],
)
def test_odd_text_is_refused_with_a_sentence_and_kept_for_correction(app, field, typed):
    form = send(app, SemuaForm, {field: typed})
    (pesan,) = form[field].errors
    assert pesan.endswith(".")
    assert pesan[0].isupper()
    assert not any(word in pesan for word in ("must", "valid ", "choice", "Field", "field"))
    assert form.status == 422
    if field in ("nik", "uang", "tanggal"):
        assert form[field]._value() == typed


def test_wajib_says_what_to_do_and_leaves_a_parsers_sentence(app):
    form = send(app, WajibForm, {})
    assert [pesan for _, pesan in form.ringkasan()] == [
        "Isi NIK pekerja.",
        "Isi nama lengkap.",
        "Pilih jenis kelamin.",
        "Beri tanda setuju dahulu.",
        "Pilih KTP Anda.",
    ]
    form = send(app, WajibForm, {"nik": "12"})
    assert len(form.nik.errors) == 1
    assert "16" in form.nik.errors[0]


def test_account_of_odd_length_warns_only(app):
    form = send(app, SemuaForm, {"rekening": "123456789"})
    assert form.errors == {}
    assert len(form.rekening.peringatan) == 1


def test_stored_values_are_written_as_people_write_them(app):
    stored = {"nip": "197205052008112515", "uang": 16800, "tanggal": date(1980, 8, 17), "opd": str(DUA)}
    with app.test_request_context():
        form = SemuaForm(data=stored)
        shown = [form[name]._value() for name in ("nip", "uang", "tanggal", "nik")]
        assert shown == ["19720505 200811 2 515", "16.800", "17-08-1980", ""]
        assert [o.label for o in form.opd.opsi() if o.terpilih] == ["Dua"]


def test_choices_may_be_set_after_the_data_came_in(app):
    with app.test_request_context(method="POST", data={"opd": "7"}):
        form = SemuaForm()
        form.opd.pilihan = [(7, "Tujuh")]
        assert form.accepts()
        assert form.opd.data == 7


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("ktp.heic", b"x", "JPG, PNG, atau PDF"),
        ("ktp", b"x", "JPG, PNG, atau PDF"),
        ("ktp.jpg", b"", "kosong"),
        ("ktp.PDF", b"x" * (5 * 1024 * 1024 + 1), "5 MB"),
    ],
)
def test_file_of_the_wrong_shape_is_refused(app, name, content, word):
    form = send(app, SemuaForm, {"ktp": (io.BytesIO(content), name)})
    assert word in form.ktp.errors[0]


def test_file_arrives_whole_and_only_one(app):
    with app.test_request_context(method="POST", data={"ktp": (io.BytesIO(b"isi"), "ktp.PDF")}):
        form = SemuaForm()
        assert form.accepts()
        assert form.ktp.data.read() == b"isi"
    form = send(app, SemuaForm, {"ktp": [(io.BytesIO(b"a"), "a.jpg"), (io.BytesIO(b"b"), "b.jpg")]})
    assert "satu berkas" in form.ktp.errors[0]


def test_one_time_key_is_made_once_and_kept(app):
    with app.test_request_context():
        first = SemuaForm().kunci_formulir.data
        assert first != SemuaForm().kunci_formulir.data
        assert str(uuid.UUID(first)) == first
    assert send(app, WajibForm, {"kunci_formulir": first}).kunci_formulir.data == first
    for bad in ("", "abc", "'; DROP TABLE"):
        again = send(app, WajibForm, {"kunci_formulir": bad}).kunci_formulir.data
        assert str(uuid.UUID(again)) == again


def test_rule_error_lands_at_its_field(app):
    with app.test_request_context(method="POST", data={}):
        form = SemuaForm()
        assert form.accepts()
        with form.rules():
            raise RuleError("NIK ini sudah terdaftar.", "nik")
        assert form.errors == {"nik": ["NIK ini sudah terdaftar."]}
        assert (form.status, form.ringkasan()) == (422, [("nik", "NIK ini sudah terdaftar.")])


def test_rule_error_without_field_belongs_to_the_form(app):
    with app.test_request_context(method="POST", data={}):
        form = SemuaForm()
        with form.rules():
            raise RuleError("Masa pendaftaran sudah lewat.", "bukan_isian")
        assert form.form_errors == ["Masa pendaftaran sudah lewat."]
        assert form.errors
        assert form.ringkasan()[0] == (None, "Masa pendaftaran sudah lewat.")


def test_refused_action_changes_nothing_but_its_denial_stays_in_the_queue(app):
    with app.test_request_context(method="POST", data={}):
        form = SemuaForm()
        with form.rules():
            db.session.info["jejak"] = [{"hasil": "ok"}, {"hasil": "ditolak"}]
            db.session.execute(text("CREATE TABLE setengah (a INTEGER)"))
            raise RuleError("Ditolak.")
        assert db.session.info.pop("jejak") == [{"hasil": "ditolak"}]
        tables = db.session.scalars(text("SELECT name FROM sqlite_master")).all()
        assert tables == []
        db.session.rollback()


def test_stale_row_is_409_and_other_refusals_pass_through(app):
    with app.test_request_context(method="POST", data={"versi": "3"}):
        form = VersionedForm()
        assert form.versi.data == 3
        with form.rules():
            raise Stale()
        assert form.status == 409
        for error in (NotFound, Forbidden):
            with pytest.raises(error), SemuaForm().rules():
                raise error()


def test_unknown_fields_are_ignored_and_logged_by_name_only(app, caplog):
    form = send(app, SemuaForm, {"nama": "A", "role": "admin", "3374015204900001": "x", "opd_id": "9"})
    assert "(lain), opd_id, role" in caplog.text
    assert "admin" not in caplog.text
    assert "3374" not in caplog.text
    assert not hasattr(form, "role")


def test_rows_of_enclosed_forms_are_known(app):
    class Baris(PlainForm):
        nama = TeksField("Nama", [Wajib()])

    class DaftarForm(BaseForm):
        pekerja = FieldList(FormField(Baris))

    with app.test_request_context(method="POST", data={"pekerja-0-nama": "", "pekerja-0-peran": "admin"}):
        form = DaftarForm()
        assert not form.accepts()
        assert form.unknown_fields() == ["(lain)"]
        assert form.ringkasan() == [("pekerja-0-nama", "Isi nama.")]


def test_get_and_json_do_not_fill_the_form(app):
    with app.test_request_context("/?nama=Sari"):
        form = SemuaForm()
        assert not form.accepts()
        assert (form.nama.data, form.status) == (None, 200)
    with app.test_request_context(method="POST", json={"nama": "Sari"}):
        assert SemuaForm().nama.data == ""


def test_filter_form_reads_the_address(app):
    class Saring(FilterForm):
        cari = TeksField("Cari")
        kelamin = PilihanField("Jenis kelamin", pilihan=Kelamin, default=Kelamin.L)

    with app.test_request_context("/?cari=sari&kelamin=P"):
        form = Saring()
        assert form.validate()
        assert (form.cari.data, form.kelamin.data) == ("sari", Kelamin.P)
        assert "kunci_formulir" not in form
    with app.test_request_context("/"):
        assert Saring().kelamin.data is Kelamin.L


def test_ids_can_be_kept_apart_without_changing_names(app):
    with app.test_request_context():
        form = SemuaForm(id_awalan="baris-2")
        assert (form.nik.id, form.nik.name, form.nik.label.field_id) == ("baris-2-nik", "nik", "baris-2-nik")
        assert form.kelamin.opsi()[0].id == "baris-2-kelamin-0"
