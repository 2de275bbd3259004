from django.urls import URLPattern, URLResolver, path

from lawang.exchange import api, desk, national

app_name = "exchange"
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/batches/card.json", api.card, name="card_file"),
    path("api/v1/batches/", api.listed, name="api_batches"),
    path("api/v1/batches/<int:number>.zip", api.batch, name="api_batch"),
    path("kelola/simpul/", desk.nodes, name="nodes"),
    path("kelola/simpul/unduh.csv", desk.nodes_csv, name="nodes_csv"),
    path("kelola/simpul/kartu/", desk.card, name="card"),
    path("kelola/simpul/kartu/alamat/", desk.address, name="address"),
    path("kelola/simpul/kartu/ganti-kunci/", desk.change_keys, name="change_keys"),
    path("kelola/simpul/terima/", desk.admit, name="admit"),
    path("kelola/simpul/<uuid:key>/", desk.one_node, name="node"),
    path("kelola/simpul/<uuid:key>/cabut/", desk.revoke, name="revoke"),
    path("kelola/simpul/<uuid:key>/dari-awal/<slug:way>/", desk.anew, name="anew"),
    path("kelola/simpul/<uuid:key>/segel/", desk.seal, name="seal"),
    path("kelola/simpul/<uuid:key>/ambil/", desk.collect, name="collect"),
    path("kelola/kiriman/", desk.sent, name="sent"),
    path("kelola/kiriman/unggah/", desk.upload, name="upload"),
    path("kelola/kiriman/<uuid:key>/<int:number>.zip", desk.download, name="download"),
    path("kelola/angka-gabungan/", national.figures, name="figures"),
    path("kelola/angka-gabungan/unduh.csv", national.figures_csv, name="figures_csv"),
    path("kelola/angka-gabungan/<path:series>/", national.figure, name="figure"),
]
