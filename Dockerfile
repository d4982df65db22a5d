# One image for web, worker, beat and the one-shot preparation of the database; docker-compose.yml says who runs what.
FROM node:24-slim AS assets
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY build.mjs ./
COPY static static
RUN node build.mjs

FROM python:3.11-slim AS packages
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 KAM_HOME=/data
RUN useradd --uid 10001 --no-create-home kam && install -d -o kam -m 0700 /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY docker docker
COPY kam kam
COPY accounts accounts
COPY touchpoints touchpoints
COPY feedback feedback
COPY journeys journeys
COPY templates templates
COPY static/img static/img
COPY --from=assets /src/static/vendor static/vendor
# Reads the settings, touches no server: the values are for this one command only.
RUN SECRET_KEY=only-for-collecting-static-files ALLOWED_HOSTS=localhost KAM_HTTPS=off \
    DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1 \
    python manage.py collectstatic --noinput --verbosity 0
# The user below may not write here: without this every process would compile all of it at each start.
RUN python -m compileall -q /app
USER kam
EXPOSE 8000
CMD ["sh", "-c", "exec gunicorn kam.wsgi --bind 0.0.0.0:8000 --workers ${KAM_WEB_CONCURRENCY:-2} --preload --timeout 60 --graceful-timeout 20 --no-control-socket --worker-tmp-dir /dev/shm"]
