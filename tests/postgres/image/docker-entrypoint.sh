#!/bin/sh
# As the official image's: makes the cluster at the first start, as
# POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB say, then runs the server.
set -eu

: "${POSTGRES_USER:=postgres}"
: "${POSTGRES_DB:=$POSTGRES_USER}"

case "${1:-postgres}" in
    -*) set -- postgres "$@" ;;
esac

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ -z "${POSTGRES_PASSWORD:-}" ]; then
        echo "Error: set POSTGRES_PASSWORD to a password for $POSTGRES_USER." >&2
        exit 1
    fi
    printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
    # shellcheck disable=SC2086 # several arguments in one variable
    initdb --username "$POSTGRES_USER" --pwfile /tmp/password \
        --auth scram-sha-256 --encoding UTF8 --no-locale --no-instructions \
        ${POSTGRES_INITDB_ARGS:-}
    rm /tmp/password
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    if [ "$POSTGRES_DB" != postgres ]; then
        echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single postgres
    fi
fi

if [ "$1" = postgres ]; then
    set -- "$@" -c "listen_addresses=*" -c "unix_socket_directories=/tmp"
fi
exec "$@"
