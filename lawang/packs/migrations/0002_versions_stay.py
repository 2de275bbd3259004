"""An installed version is written once: afterwards only `is_current` may change, and no row goes."""

from django.db import migrations

REFUSE = """
create function packs_version_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and (old.name, old.version, old.sha256, old.definitions, old.installed_at)
        is not distinct from (new.name, new.version, new.sha256, new.definitions, new.installed_at) then
        return new;
    end if;
    raise exception 'packs_installedpack is immutable: % refused', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger packs_version_stays before update or delete on packs_installedpack
    for each row execute function packs_version_stays();
"""
ALLOW = """
drop trigger packs_version_stays on packs_installedpack;
drop function packs_version_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("packs", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
