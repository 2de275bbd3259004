from django.urls import path

from lawang.documents import desk, letters_desk, views

app_name = "documents"
urlpatterns = [
    path("cek/", views.check_any, name="check_any"),
    path("cek/<str:code>/", views.check, name="check"),
    path("meja/dokumen/", desk.documents, name="documents"),
    path("meja/dokumen/unduh/", desk.export, name="export"),
    path("meja/dokumen/tanda-tangan/", desk.sign_several, name="sign_several"),
    path("meja/dokumen/<uuid:key>/", desk.document, name="document"),
    path("meja/dokumen/<uuid:key>/pdf/", desk.pdf, name="pdf"),
    path("meja/dokumen/<uuid:key>/word/", desk.word, name="word"),
    path("meja/dokumen/<uuid:key>/tanda-tangan/", desk.sign, name="sign"),
    path("meja/dokumen/<uuid:key>/kembalikan/", desk.decline, name="decline"),
    path("meja/dokumen/<uuid:key>/unggah/", desk.attach, name="attach"),
    path("meja/dokumen/<uuid:key>/susun-ulang/", desk.start_again, name="start_again"),
    path("meja/dokumen/<uuid:key>/cabut/", desk.revoke, name="revoke"),
    path("meja/dokumen/<uuid:key>/terbitkan/", desk.issue, name="issue"),
    path("meja/dokumen/<uuid:key>/buang/", desk.discard, name="discard"),
    path("kelola/surat/", letters_desk.letters, name="letters"),
    path("kelola/surat/<uuid:office>/kop/", letters_desk.letterhead, name="letterhead"),
    path("kelola/surat/<uuid:office>/nomor/<str:series>/", letters_desk.pattern, name="pattern"),
    path(
        "kelola/surat/<uuid:office>/bunyi/<path:code>/pratinjau/", letters_desk.letter_pdf, name="letter_pdf"
    ),
    path(
        "kelola/surat/<uuid:office>/bunyi/<path:code>/kembalikan/",
        letters_desk.letter_reset,
        name="letter_reset",
    ),
    path("kelola/surat/<uuid:office>/bunyi/<path:code>/", letters_desk.letter, name="letter"),
]
