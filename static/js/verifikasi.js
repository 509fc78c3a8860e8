/* The verification page: keys while the panel has focus, zoom and turn without a reload, marking a part of the page.
   Everything here is also a link, a button or a field. */
(function () {
  "use strict";

  var panel = document.querySelector("[data-panel]");
  if (!panel) return;
  var form = panel.querySelector("form[data-putusan]");
  var kertas = document.querySelector("[data-kertas]");
  var kalimat = panel.querySelector("#kalimat");
  var berubah = false;

  // -- The page image: turn and enlarge. --------------------------------------------------------------------

  function tampilkan(putar, besar) {
    if (!kertas) return;
    kertas.classList.remove("putar-" + kertas.dataset.putar, "besar-" + kertas.dataset.besar);
    kertas.dataset.putar = putar;
    kertas.dataset.besar = besar;
    kertas.classList.add("putar-" + putar, "besar-" + besar);
    var bingkai = kertas.parentElement;
    bingkai.scrollLeft = (bingkai.scrollWidth - bingkai.clientWidth) / 2;
  }

  function alat(nama) {
    if (!kertas) return;
    var putar = Number(kertas.dataset.putar), besar = Number(kertas.dataset.besar);
    if (nama === "putar") tampilkan((putar + 90) % 360, besar);
    else tampilkan(putar, Math.min(3, Math.max(1, besar + (nama === "besar" ? 1 : -1))));
  }

  document.addEventListener("click", function (e) {
    var tautan = e.target.closest("[data-alat]");
    if (!tautan || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    alat(tautan.dataset.alat);
  });

  // -- Marking: the page lies centred in a square, as large as it fits ("contain"). ------------------------

  function ukuran() {
    var gambar = kertas.querySelector("img");
    var a = gambar.naturalWidth / gambar.naturalHeight || 1;
    return a < 1 ? { w: a, h: 1 } : { w: 1, h: 1 / a };
  }

  function titik(e) {
    var kotak = kertas.getBoundingClientRect(), s = ukuran();
    var u = (e.clientX - kotak.left) / kotak.width, v = (e.clientY - kotak.top) / kotak.height, t;
    switch (Number(kertas.dataset.putar)) {
      case 90: t = u; u = v; v = 1 - t; break;
      case 180: u = 1 - u; v = 1 - v; break;
      case 270: t = u; u = 1 - v; v = t; break;
    }
    var x = (u - (1 - s.w) / 2) / s.w, y = (v - (1 - s.h) / 2) / s.h;
    return { x: Math.round(1000 * Math.min(1, Math.max(0, x))), y: Math.round(1000 * Math.min(1, Math.max(0, y))) };
  }

  function isian(nama) { return form && form.querySelector("[data-" + nama + "]"); }

  function angka(nama) {
    var f = isian(nama), n = f ? parseInt(f.value, 10) : NaN;
    return isNaN(n) ? null : n;
  }

  function gambar_kotak() {
    var kotak = kertas && kertas.querySelector("[data-kotak]");
    if (!kotak || !isian("kiri")) return;
    var s = ukuran(), ada = angka("halaman") === Number(kertas.dataset.nomor);
    var nilai = ["kiri", "atas", "lebar", "tinggi"].map(angka);
    if (!ada || nilai.indexOf(null) >= 0) nilai = [0, 0, 0, 0];
    kotak.setAttribute("x", (1000 * (1 - s.w)) / 2 + nilai[0] * s.w);
    kotak.setAttribute("y", (1000 * (1 - s.h)) / 2 + nilai[1] * s.h);
    kotak.setAttribute("width", nilai[2] * s.w);
    kotak.setAttribute("height", nilai[3] * s.h);
  }

  function isi_kotak(a, b) {
    isian("halaman").value = kertas.dataset.nomor;
    isian("kiri").value = Math.min(a.x, b.x);
    isian("atas").value = Math.min(a.y, b.y);
    isian("lebar").value = Math.abs(a.x - b.x);
    isian("tinggi").value = Math.abs(a.y - b.y);
    gambar_kotak();
  }

  function siapkan_tandai() {
    var lukisan = kertas && kertas.querySelector("svg"), awal = null;
    if (!lukisan || !isian("kiri")) return;
    kertas.classList.add("menandai");
    lukisan.addEventListener("pointerdown", function (e) {
      if (e.button !== 0) return;
      e.preventDefault(); // the panel keeps the focus and its keys
      awal = titik(e);
      lukisan.setPointerCapture(e.pointerId);
    });
    lukisan.addEventListener("pointermove", function (e) {
      if (!awal) return;
      var kini = titik(e);
      if (Math.abs(kini.x - awal.x) < 5 || Math.abs(kini.y - awal.y) < 5) return; // a click marks nothing
      berubah = true;
      form.querySelector("[data-tandai]").open = true;
      isi_kotak(awal, kini);
    });
    lukisan.addEventListener("pointerup", function () { awal = null; });
    lukisan.addEventListener("pointercancel", function () { awal = null; });
    form.querySelector("[data-tandai]").addEventListener("input", gambar_kotak);
    var gambar = kertas.querySelector("img");
    if (gambar.complete) gambar_kotak();
    gambar.addEventListener("load", gambar_kotak);
  }

  // -- Reasons: the sentence follows the reason until somebody writes an own one. --------------------------

  function baku(teks) {
    return Array.from(form.querySelectorAll("[data-kalimat]")).some(function (r) { return r.dataset.kalimat === teks; });
  }

  function pilih(radio) {
    radio.checked = true;
    berubah = true;
    if (!kalimat.value.trim() || baku(kalimat.value.trim())) kalimat.value = radio.dataset.kalimat;
    if (!radio.dataset.kalimat) kalimat.focus();
  }

  function batal_pilih() {
    var dipilih = form && form.querySelector("[data-nomor]:checked");
    if (!dipilih) return;
    dipilih.checked = false;
    berubah = true;
    if (baku(kalimat.value.trim())) kalimat.value = "";
  }

  if (form) {
    form.addEventListener("input", function () { berubah = true; });
    form.addEventListener("change", function (e) { if (e.target.matches("[data-nomor]")) pilih(e.target); });
  }

  // -- Keys, only while the panel has the focus (WCAG 2.1.4). ----------------------------------------------

  function pergi(alamat) { if (alamat) window.location.assign(alamat); }

  function lanjut() {
    if (!form || (form.dataset.diputus && !berubah)) {
      var utama = panel.querySelector("[data-utama]");
      if (utama && !form) utama.click();
      else pergi(panel.dataset.sesudah);
      return;
    }
    form.querySelector(form.querySelector("[data-nomor]:checked") ? "[data-tidak]" : "[data-ya]").click();
  }

  function halaman(geser) {
    var tautan = kertas && document.querySelector('[data-halaman-ke="' + (Number(kertas.dataset.nomor) + geser) + '"]');
    if (tautan) tautan.click();
  }

  function gulir(mendatar, tegak) {
    if (kertas) kertas.parentElement.scrollBy(mendatar, tegak);
  }

  function bantuan() {
    var d = panel.querySelector("[data-bantuan]");
    d.open = !d.open;
    if (d.open) d.scrollIntoView({ block: "nearest" });
  }

  function tandai() {
    var d = form && form.querySelector("[data-tandai]");
    if (!d) return;
    d.open = true;
    isian("kiri").focus();
  }

  var TOMBOL = {
    Enter: lanjut,
    ArrowLeft: function () { pergi(panel.dataset.sebelum); },
    ArrowRight: function () { pergi(panel.dataset.sesudah); },
    ArrowUp: function () { gulir(0, -120); },
    ArrowDown: function () { gulir(0, 120); },
    PageUp: function () { halaman(-1); },
    PageDown: function () { halaman(1); },
    Escape: batal_pilih,
    "+": function () { alat("besar"); },
    "=": function () { alat("besar"); },
    "-": function () { alat("kecil"); },
    r: function () { alat("putar"); },
    k: function () { if (kalimat) kalimat.focus(); },
    t: tandai,
    l: function () { var f = panel.querySelector("form[data-lewati]"); if (f) f.requestSubmit(); },
    "?": bantuan
  };

  panel.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return;
    var t = e.target, menulis = t.matches("textarea, select, input:not([type=radio])");
    if (menulis) {
      if (e.key === "Escape") { e.preventDefault(); panel.focus(); }
      return;
    }
    if (e.key === "Enter" && t.closest("a, button, summary")) return;
    if (t.matches("input") && e.key.startsWith("Arrow")) return;
    if (e.shiftKey && (e.key === "ArrowLeft" || e.key === "ArrowRight")) {
      e.preventDefault();
      gulir(e.key === "ArrowLeft" ? -120 : 120, 0);
      return;
    }
    var radio = form && /^[1-9]$/.test(e.key) && form.querySelector('[data-nomor="' + e.key + '"]');
    var tugas = radio ? function () { pilih(radio); } : TOMBOL[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (!tugas) return;
    e.preventDefault();
    if (e.repeat && e.key !== "ArrowUp" && e.key !== "ArrowDown") return; // a key held down decides once
    tugas();
  });

  siapkan_tandai();
  if (!document.querySelector(".ringkasan-galat")) {
    (panel.querySelector("[data-utama]") || panel).focus({ preventScroll: true });
    // A message from the last step stands above: then the page stays at its top.
    if (!document.querySelector("#kabar > *")) document.querySelector(".hal-periksa").scrollIntoView({ block: "start", behavior: "instant" });
  }
})();
