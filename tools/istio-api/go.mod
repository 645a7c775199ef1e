module fedlib.dev/tools/istio-api

go 1.26.8

require istio.io/api v1.31.4
