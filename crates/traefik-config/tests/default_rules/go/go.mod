module default_rules

go 1.26.0

// The versions that Traefik 3.7 is built with.
require (
	github.com/Masterminds/sprig/v3 v3.2.3
	github.com/huandu/xstrings v1.5.0 // indirect
	github.com/shopspring/decimal v1.4.0 // indirect
	github.com/spf13/cast v1.7.0 // indirect
)

require (
	github.com/Masterminds/goutils v1.1.1 // indirect
	github.com/Masterminds/semver/v3 v3.2.0 // indirect
	github.com/google/uuid v1.1.1 // indirect
	github.com/imdario/mergo v0.3.11 // indirect
	github.com/mitchellh/copystructure v1.0.0 // indirect
	github.com/mitchellh/reflectwalk v1.0.0 // indirect
	golang.org/x/crypto v0.3.0 // indirect
)
