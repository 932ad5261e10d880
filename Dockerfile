FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements/production.txt requirements/build.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/production.txt \
 && python -m venv /opt/build && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY db db
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /build/wheels . \
 && pip install --no-cache-dir --no-deps /build/wheels/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home chat-insights
COPY --from=build /opt/venv /opt/venv
# No local models in this image: with GEMINI_API_KEY set, EMBEDDER=gemini takes the place of searching by words alone.
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 ENVIRONMENT=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/tmp EMBEDDER=none
USER chat-insights
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "-c", \
  "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=4)"]
CMD ["chat-insights", "api"]
