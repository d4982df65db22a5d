"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

# Only pages are held to these: the worker and the shell may take longer. libpq hands them to PostgreSQL
# with the connection; behind PgBouncer (PGOPTIONS="") `ALTER ROLE … SET` on the web's role does the same.
os.environ.setdefault("PGOPTIONS", "-c statement_timeout=5s -c lock_timeout=2s")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kam.settings")
application = get_wsgi_application()
