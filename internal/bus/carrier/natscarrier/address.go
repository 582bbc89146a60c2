package natscarrier

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"animo"

	"github.com/nats-io/nats.go"
)

// address says where the servers are, and how to use them.
type address struct {
	servers        []string
	prefix         string // of streams and subjects
	replicas       int    // of a stream; 0 for as many as the cluster allows, up to 3
	creds          string // a file
	ca, cert, key  string // files, for TLS
	verifyFirstTLS bool   // TLS before the server says anything
}

// parse reads nats://USER:PASSWORD@HOST:PORT,HOST:PORT?OPTIONS, or tls://… for encryption that must be.
func parse(text string) (a address, err error) {
	wrong := func(en, es string, args ...any) error {
		return animo.Errorf(animo.Invalid, "bus: "+en, "bus: "+es, args...).Of("bus")
	}
	rest, query, _ := strings.Cut(text, "?")
	scheme, rest, ok := strings.Cut(rest, "://")
	if !ok || scheme != "nats" && scheme != "tls" { // the rest may hold a password
		return a, wrong("use nats://HOST:PORT,HOST:PORT", "use nats://HOST:PUERTO,HOST:PUERTO")
	}
	user := ""
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		user, rest = rest[:i+1], rest[i+1:]
	}
	for host := range strings.SplitSeq(strings.TrimSuffix(rest, "/"), ",") {
		server := scheme + "://" + user + host
		if u, err := url.Parse(server); err != nil || u.Hostname() == "" {
			return a, wrong("%q is no server; use nats://HOST:PORT,HOST:PORT", "%q no es un servidor; use nats://HOST:PUERTO,HOST:PUERTO", host)
		}
		a.servers = append(a.servers, server)
	}
	options, err := url.ParseQuery(query)
	if err != nil {
		return a, wrong("what follows the question mark cannot be read", "no se puede leer lo que sigue al signo de interrogación")
	}
	a.prefix = "animo"
	for name, values := range options {
		v := values[0]
		switch name {
		case "prefix":
			a.prefix = v
		case "replicas":
			if a.replicas, err = strconv.Atoi(v); err != nil || !slices.Contains([]int{1, 3, 5}, a.replicas) {
				return a, wrong("replicas is %q; use 1, 3 or 5", "replicas es %q; use 1, 3 o 5", v)
			}
		case "creds":
			a.creds = v
		case "ca":
			a.ca = v
		case "cert":
			a.cert = v
		case "key":
			a.key = v
		case "tls_first":
			a.verifyFirstTLS = v == "true"
		default:
			return a, wrong("there is no option %q; use prefix, replicas, creds, ca, cert, key or tls_first", "no existe la opción %q; use prefix, replicas, creds, ca, cert, key o tls_first", name)
		}
	}
	if a.prefix == "" || strings.ContainsAny(a.prefix, ".*>/\\ \t\r\n") {
		return a, wrong("the prefix %q is no name for streams", "el prefijo %q no sirve para nombrar streams", a.prefix)
	}
	if (a.cert == "") != (a.key == "") {
		return a, wrong("cert and key go together", "cert y key van juntos")
	}
	return a, nil
}

// options are those of the connection.
func (a address) options() (list []nats.Option) {
	if a.creds != "" {
		list = append(list, nats.UserCredentials(a.creds))
	}
	if a.ca != "" {
		list = append(list, nats.RootCAs(a.ca))
	}
	if a.cert != "" {
		list = append(list, nats.ClientCert(a.cert, a.key))
	}
	if a.verifyFirstTLS {
		list = append(list, nats.TLSHandshakeFirst())
	}
	return list
}
