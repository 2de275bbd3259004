from django.db import migrations

# A published definition never changes: cases keep the version they began with.
PUBLISHED_STAYS = """
create function cases_published_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.state <> 'draft' then
            raise exception 'a published version of a service is never removed';
        end if;
        return old;
    end if;
    if old.state <> 'draft' and (
        new.definition is distinct from old.definition or new.number <> old.number or new.service_id <> old.service_id
    ) then
        raise exception 'a published version of a service never changes';
    end if;
    return new;
end $$;
create trigger cases_published_stays before update or delete on cases_serviceversion
    for each row execute function cases_published_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunSQL(
            PUBLISHED_STAYS,
            "drop trigger cases_published_stays on cases_serviceversion; drop function cases_published_stays();",
        )
    ]
