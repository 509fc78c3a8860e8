/* Small helps on top of pages that work without it. No dependencies; htmx is optional here too. */
(function () {
  "use strict";

  var AWALAN = "Galat: ";

  // -- The live region: everything that changes without a new page is said here, once. ----------------------

  function kabari(pesan, galat) {
    var daerah = document.getElementById("kabar");
    if (!daerah || !pesan) return;
    var p = document.createElement("p");
    p.className = galat ? "kabar-isi kabar-galat" : "kabar-isi";
    p.textContent = pesan;
    daerah.replaceChildren(p);
    var kotak = p.getBoundingClientRect();
    if (kotak.bottom < 0 || kotak.top > window.innerHeight) p.scrollIntoView({ block: "nearest" });
  }

  // HX-Trigger {"kabar": {"pesan": "…"}} from the server, see after_action().
  document.addEventListener("kabar", function (e) {
    if (e.detail) kabari(e.detail.pesan, e.detail.galat);
  });

  var KALIMAT = {
    0: "Sambungan terputus. Isian Anda masih ada; periksa jaringan, lalu coba lagi.",
    400: "Permintaan tidak dapat dibaca. Muat ulang halaman, lalu coba lagi.",
    403: "Anda tidak berhak melakukan ini.",
    404: "Data ini tidak ditemukan. Mungkin sudah dipindahkan; muat ulang halaman.",
    413: "Berkas terlalu besar. Perkecil ukurannya, lalu unggah lagi.",
    429: "Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi.",
    503: "Layanan sedang tidak siap. Isian Anda masih ada; coba lagi sebentar."
  };

  function kabari_galat(status) {
    kabari(KALIMAT[status] || "Terjadi gangguan di server (kode " + status + "). Coba lagi sebentar.", true);
  }

  document.addEventListener("htmx:responseError", function (e) { kabari_galat(e.detail.xhr.status); });
  document.addEventListener("htmx:sendError", function () { kabari_galat(0); });
  document.addEventListener("htmx:timeout", function () { kabari_galat(0); });

  // -- After a swap: lead to the errors, or say what is new. ------------------------------------------------

  function perbarui_judul() {
    var ada = document.querySelector(".ringkasan-galat") !== null;
    var judul = document.title.startsWith(AWALAN) ? document.title.slice(AWALAN.length) : document.title;
    document.title = ada ? AWALAN + judul : judul;
  }

  function fokuskan_galat(akar) {
    var ringkasan = akar.querySelector(".ringkasan-galat");
    if (!ringkasan) return;
    ringkasan.focus({ preventScroll: true });
    ringkasan.scrollIntoView({ block: "start" });
  }

  document.addEventListener("htmx:afterSettle", function (e) {
    perbarui_judul();
    fokuskan_galat(e.detail.elt || document);
    siapkan(document);
    var info = e.detail.target;
    if (info && info.matches && info.matches("[data-kabarkan]")) {
      // The text is already on the page; screen readers hear it through the one live region.
      var daerah = document.getElementById("kabar");
      if (daerah) {
        var p = document.createElement("p");
        p.className = "visually-hidden";
        p.textContent = info.textContent.trim();
        daerah.replaceChildren(p);
      }
    }
  });

  // A link of the error summary leads into the field, not only to it.
  document.addEventListener("click", function (e) {
    var tautan = e.target.closest(".ringkasan-galat a");
    if (!tautan) return;
    var isian = document.getElementById(tautan.hash.slice(1));
    if (!isian) return;
    e.preventDefault();
    (document.getElementById(isian.id + "-isian") || isian).scrollIntoView({ block: "start" });
    isian.focus({ preventScroll: true });
  });

  // -- Forms: once is enough (the one-time key on the server is the truth; this spares people the wait). ---

  function lepaskan(form) {
    delete form.dataset.terkirim;
    form.querySelectorAll("button[data-ditahan]").forEach(function (b) {
      b.disabled = false;
      delete b.dataset.ditahan;
    });
  }

  document.addEventListener("submit", function (e) {
    var form = e.target;
    delete form.dataset.berubah;
    if (e.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.terkirim || (form.dataset.yakin && !window.confirm(form.dataset.yakin))) {
      e.preventDefault();
      return;
    }
    form.dataset.terkirim = "ya";
    // Later, because a disabled button would not send its own name and value.
    window.setTimeout(function () {
      form.querySelectorAll("button:not([type=button]):not(:disabled)").forEach(function (b) {
        b.disabled = true;
        b.dataset.ditahan = "ya";
      });
    }, 0);
    // A download leaves this page in place: give the buttons back.
    window.setTimeout(function () { lepaskan(form); }, 15000);
  });

  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-terkirim]").forEach(lepaskan);
  });

  document.addEventListener("input", function (e) {
    var form = e.target.form;
    if (form && form.hasAttribute("data-jaga")) form.dataset.berubah = "ya";
  });

  window.addEventListener("beforeunload", function (e) {
    if (!document.querySelector("form[data-berubah]")) return;
    e.preventDefault();
    e.returnValue = ""; // Chrome before 119
  });

  // -- Uploads. --------------------------------------------------------------------------------------------

  function batang(e) {
    return e.target.querySelectorAll ? e.target.querySelectorAll("progress.kemajuan") : [];
  }

  document.addEventListener("htmx:xhr:progress", function (e) {
    if (!e.detail.lengthComputable || !e.detail.total) return;
    batang(e).forEach(function (b) {
      if (!b.previousElementSibling || !b.previousElementSibling.value) return;
      b.hidden = false;
      b.value = Math.round((100 * e.detail.loaded) / e.detail.total);
    });
  });

  document.addEventListener("htmx:afterRequest", function (e) {
    batang(e).forEach(function (b) { b.hidden = true; });
  });

  // -- Buttons that only make sense with scripts; they are hidden until here. ------------------------------

  function siapkan(akar) {
    akar.querySelectorAll("[data-cetak][hidden], [data-salin][hidden], [data-perlu-skrip][hidden]").forEach(
      function (el) { el.hidden = false; }
    );
  }

  function salin(teks) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(teks);
    // Plain http on the intranet has no clipboard interface.
    var bidang = document.createElement("textarea");
    bidang.value = teks;
    bidang.className = "visually-hidden";
    document.body.appendChild(bidang);
    bidang.select();
    var berhasil = document.execCommand("copy");
    bidang.remove();
    return berhasil ? Promise.resolve() : Promise.reject(new Error("salin"));
  }

  document.addEventListener("click", function (e) {
    var tombol = e.target.closest("[data-cetak], [data-salin]");
    if (!tombol) return;
    if (tombol.hasAttribute("data-cetak")) {
      window.print();
      return;
    }
    // data-salin="#id" copies that element's text (or value).
    var sumber = document.querySelector(tombol.dataset.salin);
    if (!sumber) return;
    salin("value" in sumber ? sumber.value : sumber.innerText).then(
      function () { kabari("Teks sudah disalin."); },
      function () { kabari("Teks tidak dapat disalin. Pilih teksnya, lalu tekan Ctrl+C.", true); }
    );
  });

  // <input type="checkbox" data-pilih-semua="nama"> ticks every checkbox of that name in its form.
  document.addEventListener("change", function (e) {
    var nama = e.target.dataset && e.target.dataset.pilihSemua;
    if (!nama) return;
    (e.target.form || document).querySelectorAll('input[type="checkbox"]').forEach(function (c) {
      if (c.name === nama && !c.disabled) c.checked = e.target.checked;
    });
  });

  // An open small menu closes on Escape or on a click elsewhere.
  function tutup_menu(kecuali) {
    document.querySelectorAll("details.menu-lain[open]").forEach(function (d) {
      if (d !== kecuali) d.open = false;
    });
  }
  document.addEventListener("click", function (e) { tutup_menu(e.target.closest("details.menu-lain")); });
  document.addEventListener("keydown", function (e) {
    if (e.key !== "Escape") return;
    var terbuka = document.querySelector("details.menu-lain[open]");
    tutup_menu(null);
    if (terbuka) terbuka.querySelector("summary").focus();
  });

  // A one-use link carries its code behind "#", which browsers never send; the address bar forgets it.
  function isi_dari_tautan() {
    var isian = document.querySelector("input[data-dari-tautan]");
    if (!isian || !location.hash) return;
    if (!isian.value) isian.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search);
  }

  function mulai() {
    isi_dari_tautan();
    siapkan(document);
    perbarui_judul();
    fokuskan_galat(document);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mulai);
  else mulai();
})();
