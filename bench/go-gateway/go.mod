module cmdr-bench-gateway

go 1.21

require (
	github.com/google/uuid v1.6.0
	github.com/twmb/franz-go v1.18.0
)
