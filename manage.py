#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kam.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # said by our settings in one sentence: a traceback would bury it
        sys.exit(f"manage.py: {error}")
