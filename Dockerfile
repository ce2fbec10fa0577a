# One for all: docker build --build-arg SERVICE=orders -t oms-orders .
# The image runs the service, its relay and its migrations (gateway: API, deliveries, migrations).
# It holds contracts, chassis and that service, and of the packages those that they import.
# PIP_ARGS: where the build has no network, "--no-index --find-links deploy/images/wheels".
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS builder
ARG SERVICE
ARG PIP_ARGS=""
WORKDIR /source
RUN test -n "${SERVICE}" || { echo "SERVICE is missing: --build-arg SERVICE=orders"; exit 1; }
RUN python3 -m venv /app/.venv
COPY requirements.lock ./
COPY deploy/images deploy/images
RUN python3 deploy/images/lay_out.py --pick ${SERVICE} > /picked.lock \
 && /app/.venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps \
      --require-hashes ${PIP_ARGS} -r /picked.lock \
 && /app/.venv/bin/python -m pip uninstall -q -y pip setuptools
COPY contracts contracts
COPY chassis chassis
COPY services services
COPY gateway gateway
RUN python3 deploy/images/lay_out.py ${SERVICE} /app \
 && /app/.venv/bin/python -m compileall -q /app -x '/\.venv/'

FROM ${BASE}
ARG SERVICE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="oms-${SERVICE}" \
      org.opencontainers.image.description="Order management system: ${SERVICE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HEALTH_PORT=9000
WORKDIR /app
COPY --from=builder /app /app
USER 10001:10001
EXPOSE 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['HEALTH_PORT'] + '/ready', timeout=2)"]
CMD ["/app/start"]
