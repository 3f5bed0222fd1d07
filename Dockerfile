# mqworker as an image: docker build --tag mqworker:0.1.0 .
# docs/packages.rst tells how it is used, examples/docker has a whole set of services.
ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /source
# The compiler is of the base's own release, and nothing of it is in the image.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
COPY requirements requirements
RUN python3 -m venv /build && \
    /build/bin/python3 -m pip install --no-cache-dir --require-hashes --only-binary :all: \
        --requirement requirements/build.txt --requirement requirements/sbom.txt
RUN python3 -m venv --without-pip /opt/mqworker && \
    /build/bin/python3 -m pip --python /opt/mqworker/bin/python3 install --no-cache-dir \
        --require-hashes --only-binary :all: --requirement requirements/deployment.txt
COPY CHANGELOG.rst LICENSE README.rst pyproject.toml setup.cfg setup.py ./
COPY docs docs
COPY examples/mqworker.toml examples/
COPY schemas schemas
COPY systemd systemd
COPY mqworker mqworker
ENV MQWORKER_COMPILE=1
RUN /build/bin/python3 -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . && \
    /build/bin/python3 -m pip --python /opt/mqworker/bin/python3 install --no-cache-dir --no-deps \
        --no-index --find-links /wheels mqworker && \
    /build/bin/cyclonedx-py environment --output-reproducible --output-format JSON \
        --output-file /opt/mqworker/mqworker.cdx.json /opt/mqworker/bin/python3

FROM python:${PYTHON}
# The number is fixed so that a volume keeps its owner.
RUN groupadd --gid 10001 mqworker && \
    useradd --uid 10001 --gid 10001 --home-dir /var/lib/mqworker --no-create-home \
        --shell /usr/sbin/nologin mqworker && \
    install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/mqworker
COPY --from=build /opt/mqworker /opt/mqworker
# As systemd does it: secrets are files named broker_password, sink_password, intake_tokens …, and
# what correlation remembers is in a directory that outlives the process.
ENV PATH=/opt/mqworker/bin:$PATH \
    CREDENTIALS_DIRECTORY=/run/secrets \
    STATE_DIRECTORY=/var/lib/mqworker
USER 10001:10001
VOLUME /var/lib/mqworker
# It finishes what is in flight, for up to 25 s: docker stop needs --time 40.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s CMD ["mqworker", "check"]
ENTRYPOINT ["mqworker"]
CMD ["run"]
