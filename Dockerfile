# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /build
COPY deploy/requirements-run.lock .
RUN python -m venv /opt/nodus \
 && /opt/nodus/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements-run.lock
COPY app app
COPY migrations migrations
RUN site="$(/opt/nodus/bin/python -c 'import site; print(site.getsitepackages()[0])')" \
 && cp -r app migrations "$site/" \
 && /opt/nodus/bin/python -m compileall -q "$site/app" "$site/migrations" \
 && printf '#!/bin/sh\nexec /opt/nodus/bin/python -m app.cli "$@"\n' > /opt/nodus/bin/nodus \
 && chmod 0755 /opt/nodus/bin/nodus \
 && /opt/nodus/bin/pip uninstall -q -y pip

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Nodus" org.opencontainers.image.licenses="EUPL-1.2"
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin nodus
COPY --from=build /opt/nodus /opt/nodus
ENV PATH=/opt/nodus/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 NODUS_HOST=0.0.0.0
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
ENTRYPOINT ["nodus"]
CMD ["serve"]
