"""Addresses of import, export and comparing."""

from django.urls import URLPattern, path

from lawang.plans import import_desk

urlpatterns: list[URLPattern] = [
    path("kelola/impor/", import_desk.index, name="imports"),
    path("kelola/impor/templat.xlsx", import_desk.template, name="import_template"),
    path("kelola/impor/<uuid:key>/", import_desk.detail, name="import"),
    path("kelola/impor/<uuid:key>/pilih/", import_desk.choose, name="import_choose"),
    path("kelola/impor/<uuid:key>/terapkan/", import_desk.carry_out, name="import_carry_out"),
    path("kelola/impor/<uuid:key>/ulangi/", import_desk.again, name="import_again"),
    path("kelola/rencana/ekspor/<str:code>.xlsx", import_desk.export_xlsx, name="plan_xlsx"),
    path("kelola/rencana/ekspor/<str:code>.zip", import_desk.export_csv, name="plan_csv_zip"),
    path("kelola/rencana/banding/", import_desk.side_by_side, name="side_by_side"),
    path("rencana/banding/", import_desk.difference, name="difference"),
]
