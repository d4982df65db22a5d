"""What gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from kam.core.room import with_room

# Only pages are held to these: the worker and the shell may take longer. libpq hands them to PostgreSQL
# with the connection; behind PgBouncer (PGOPTIONS="") `ALTER ROLE … SET` on the web's role does the same.
os.environ.setdefault("PGOPTIONS", "-c statement_timeout=5s -c lock_timeout=2s")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kam.settings")
gc.disable()  # hardly anything that is imported is garbage, and looking for it takes a fifth of the start
application = with_room(get_wsgi_application())
get_resolver().url_patterns  # noqa: B018  every view, before gunicorn forks: once for all workers
gc.freeze()  # and no request looks through it again
gc.enable()
