"""What granian serves: the pages."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lawang.settings")
application = get_wsgi_application()

# What is loaded by now stays until the process ends. Looking through it again and again for rubbish took an eighth of
# the processor's time of a request.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
