# The verifier with Node.js beside it, as a user without rights:
#   docker build -t verifier .
#   docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" verifier converge path/to/service --out result
# Both images are pinned; the lists they are from: docker-library/python (3.13/slim-trixie) and
# nodejs/docker-node (22/trixie-slim), both on Debian trixie.
FROM node:22.23.2-trixie-slim AS node

FROM python:3.13.14-slim-trixie
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm

WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY verifier verifier
RUN pip install --no-cache-dir --constraint constraints.txt .

# Open to whatever user the container is given: npm's cache and that of the tools are in it.
RUN useradd --create-home verifier && chmod 1777 /home/verifier
ENV HOME=/home/verifier
USER verifier
WORKDIR /work
ENTRYPOINT ["verifier"]
