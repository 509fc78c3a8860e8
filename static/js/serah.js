/* The scan page: an own first-in-first-out queue, because a scanner is faster than any server (platform.md §2).
   The field is cleared at once; codes are sent one by one and stay until the server has answered for good.
   Only our card codes are kept in the tab's storage: a number from the card itself is personal and lives in
   memory alone. Without this script the form sends one card at a time. */
(function () {
  "use strict";

  var wadah = document.getElementById("serah");
  var form = document.getElementById("formulir-serah");
  if (!wadah || !form || !window.fetch) return;
  var isian = document.getElementById("nomor_kartu");
  var KUNCI = "serah:" + wadah.dataset.acara;
  var BOLEH_DISIMPAN = /^(RENTAN:KT:)?(?=.*[A-Z])[A-Z0-9-]{4,20}$/;
  var BENTUK = { diserahkan: "✔", sudah: "▲", ditolak: "✖" };
  var JEDA = [400, 800, 1500, 3000];

  var antre = [];
  var gagal = [];
  var sedang = false;
  var coba = 0;
  var berhenti = "";

  // -- The queue ---------------------------------------------------------------------------------------------

  function boleh(kode) { return BOLEH_DISIMPAN.test(kode); }

  function simpan() {
    try {
      var isi = {
        antre: antre.filter(function (satu) { return boleh(satu.kode); }),
        gagal: gagal.filter(function (satu) { return boleh(satu.kode); })
      };
      if (isi.antre.length || isi.gagal.length) sessionStorage.setItem(KUNCI, JSON.stringify(isi));
      else sessionStorage.removeItem(KUNCI);
    } catch (e) { /* storage switched off: the queue lives in memory */ }
  }

  function muat() {
    try {
      var isi = JSON.parse(sessionStorage.getItem(KUNCI) || "{}");
      antre = isi.antre || [];
      gagal = isi.gagal || [];
    } catch (e) { antre = []; gagal = []; }
  }

  function tambah(kode) {
    antre.push({ kode: kode, ulang: false });
    simpan();
    kabari_antre();
    kirim();
  }

  function kirim() {
    if (sedang || berhenti || !antre.length) return;
    sedang = true;
    var satu = antre[0];
    var isi = new URLSearchParams();
    isi.set("csrf_token", form.elements.csrf_token.value);
    isi.set("nomor_kartu", satu.kode);
    isi.set("penerima", "pekerja");
    var batas = new AbortController();
    var jam = window.setTimeout(function () { batas.abort(); }, 20000);
    fetch(wadah.dataset.alamat, {
      method: "POST", body: isi, headers: { Accept: "application/json" },
      credentials: "same-origin", redirect: "manual", signal: batas.signal
    }).then(function (jawaban) {
      window.clearTimeout(jam);
      return terima(satu, jawaban);
    }).catch(function () {
      window.clearTimeout(jam);
      ulangi(satu, "Jaringan terputus.");
    });
  }

  function terima(satu, jawaban) {
    var kode = jawaban.status;
    if (jawaban.type === "opaqueredirect" || kode === 401) return tahan("Sesi Anda berakhir. Masuk lagi di tab ini, lalu buka halaman ini.");
    if (kode === 400 || kode === 403) return tahan("Halaman ini kedaluwarsa. Muat ulang halaman.");
    if (kode >= 500 || kode === 429 || kode === 408) return ulangi(satu, "Server sedang tidak siap.");
    return jawaban.json().catch(function () { return {}; }).then(function (isi) {
      coba = 0;
      antre.shift();
      if (jawaban.ok) {
        // An answer lost on the way: the second try finds the card handed over, by this very desk.
        if (isi.hasil === "sudah" && isi.sendiri && satu.ulang) isi.keterangan = "Tersimpan. " + isi.keterangan;
        tampil(isi);
      } else {
        isi = { hasil: "ditolak", kata: "Ditolak", nama: samar(satu.kode), keterangan: isi.keterangan || "Kode ini ditolak server (" + kode + ")." };
        gagal.unshift({ kode: satu.kode, sebab: isi.keterangan });
        tampil(isi);
        tampil_gagal();
      }
      sedang = false;
      simpan();
      kabari_antre();
      kirim();
    });
  }

  function ulangi(satu, sebab) {
    satu.ulang = true;
    simpan();
    sedang = true;
    kabari_antre(sebab + " Dikirim ulang sendiri.");
    window.setTimeout(function () { sedang = false; kirim(); }, JEDA[Math.min(coba++, JEDA.length - 1)]);
  }

  function tahan(sebab) {
    berhenti = sebab;
    sedang = false;
    simpan();
    kabari_antre(sebab);
    bunyi("ditolak");
  }

  // -- What is shown -----------------------------------------------------------------------------------------

  function samar(kode) { return boleh(kode) ? kode.replace("RENTAN:KT:", "") : "…" + kode.slice(-4); }

  function teks(akar, kelas, isi) { akar.querySelector(kelas).textContent = isi || ""; }

  function tampil(isi) {
    var kotak = document.getElementById("hasil");
    kotak.className = "serah-hasil serah-" + isi.hasil;
    var tanda = document.createElement("span");
    tanda.setAttribute("aria-hidden", "true");
    tanda.textContent = BENTUK[isi.hasil] || "";
    kotak.querySelector(".serah-kata").replaceChildren(tanda, " " + isi.kata);
    teks(kotak, ".serah-nama", isi.nama);
    teks(kotak, ".serah-ket", isi.keterangan);
    if (wadah.dataset.acara !== "-" && isi.undangan !== undefined) {
      document.getElementById("hitung").textContent = isi.serah + " / " + isi.undangan;
    }
    if (isi.hasil === "diserahkan") tambah_baris(isi);
    bunyi(isi.hasil);
  }

  function tambah_baris(isi) {
    var badan = document.querySelector("#terakhir tbody");
    var baris = document.getElementById("baris-terakhir").content.firstElementChild.cloneNode(true);
    baris.dataset.kode = isi.kode;
    [isi.jam, isi.nama, isi.keterangan.replace(/^Kelurahan /, ""), isi.kode].forEach(function (nilai, n) {
      baris.children[n].textContent = nilai;
    });
    baris.querySelector("form").action = isi.batal;
    badan.prepend(baris);
    while (badan.children.length > 20) badan.lastElementChild.remove();
  }

  function tampil_gagal() {
    document.getElementById("gagal-wadah").hidden = !gagal.length;
    document.getElementById("gagal").replaceChildren.apply(document.getElementById("gagal"), gagal.map(function (satu) {
      var li = document.createElement("li");
      var kode = document.createElement("strong");
      kode.textContent = samar(satu.kode);
      li.append(kode, " " + satu.sebab);
      return li;
    }));
  }

  function kabari_antre(sebab) {
    var jumlah = antre.length ? antre.length + " kode menunggu dikirim." : "";
    document.getElementById("antre").textContent = [sebab, jumlah].filter(Boolean).join(" ");
    wadah.dataset.antre = antre.length;
  }

  // -- Sound: made here, because the content policy lets nothing be played from a file. ----------------------

  var suara = null;
  var NADA = { diserahkan: [[880, 0, .12]], sudah: [[660, 0, .1], [660, .16, .1]], ditolak: [[220, 0, .35]] };

  function siapkan_suara() {
    var Konteks = window.AudioContext || window.webkitAudioContext;
    if (!suara && Konteks) suara = new Konteks();
    if (suara && suara.state === "suspended") suara.resume();
  }

  function bunyi(hasil) {
    if (!suara) return;
    (NADA[hasil] || []).forEach(function (nada) {
      var sumber = suara.createOscillator();
      var keras = suara.createGain();
      var mulai = suara.currentTime + nada[1];
      sumber.frequency.value = nada[0];
      keras.gain.setValueAtTime(.15, mulai);
      keras.gain.exponentialRampToValueAtTime(.001, mulai + nada[2]);
      sumber.connect(keras).connect(suara.destination);
      sumber.start(mulai);
      sumber.stop(mulai + nada[2]);
    });
  }

  // -- The field ---------------------------------------------------------------------------------------------

  function diwakilkan() {
    var pilihan = form.querySelector('input[name="penerima"]:checked');
    return document.getElementById("wakil").open && pilihan && pilihan.value === "wakil";
  }

  form.addEventListener("submit", function (e) {
    siapkan_suara();
    if (diwakilkan()) return; // name and reason are typed: one card, one page
    e.preventDefault();
    var kode = isian.value.trim().toUpperCase();
    isian.value = "";
    isian.focus();
    if (kode) tambah(kode);
  });

  // The field has the focus whenever nothing else wants it.
  isian.addEventListener("blur", function () {
    window.setTimeout(function () {
      if (document.activeElement === document.body) isian.focus({ preventScroll: true });
    }, 100);
  });
  document.addEventListener("keydown", function (e) {
    if (document.activeElement === document.body && e.key.length === 1 && !e.ctrlKey && !e.altKey && !e.metaKey) isian.focus();
  });

  document.getElementById("hapus-gagal").addEventListener("click", function () {
    gagal = [];
    simpan();
    tampil_gagal();
    isian.focus();
  });

  window.addEventListener("online", function () { coba = 0; kirim(); });
  window.addEventListener("beforeunload", function (e) {
    if (antre.every(function (satu) { return boleh(satu.kode); })) return;
    e.preventDefault();
    e.returnValue = "";
  });

  muat();
  tampil_gagal();
  kabari_antre();
  isian.focus({ preventScroll: true });
  kirim();
})();
