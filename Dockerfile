FROM python:3.12-slim-bookworm AS builder
WORKDIR /srv/jobaids
RUN python -m venv /opt/jobaids
COPY requirements.txt requirements-build.txt ./
RUN /opt/jobaids/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt -r requirements-build.txt
COPY pyproject.toml README.md ./
COPY app app
RUN /opt/jobaids/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data jobaids && install -d -o jobaids -g jobaids /data
COPY --from=builder /opt/jobaids /opt/jobaids
WORKDIR /srv/jobaids
COPY . .
ENV PATH=/opt/jobaids/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    JOBAIDS_DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["sh", "-c", "jobaids migrate && jobaids import --publish jobaids && exec jobaids serve --host 0.0.0.0"]
