// Package awsclient reads where a service of AWS is, and makes what every client of one needs: a region, credentials, an HTTP client,
// and how long a call is tried again. Start at Parse.
package awsclient

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"animo"
)

const (
	attempts   = 8                // of a call, while the service has too much to do or cannot be reached
	findTime   = 10 * time.Second // looking for credentials; a machine's role is asked for over the network, which answers at once
	dialTime   = 5 * time.Second
	answerTime = 30 * time.Second // from the end of a request to the beginning of its answer
	idleMost   = 64               // connections that are kept open
	maxPrefix  = 50               // characters; what follows it in names stays within SQS's 80
)

// Address says where something of AWS is.
type Address struct {
	Prefix   string // what names of tables, topics and queues begin with
	Endpoint string // the URL of another server that speaks the service's protocol; empty for AWS itself
	Region   string // empty for the one that the environment says

	setting string
}

// At is the address of a service of which a setting says endpoint and region in a form of its own.
func At(setting, endpoint, region string) Address {
	return Address{Endpoint: endpoint, Region: region, setting: setting}
}

// Parse reads SCHEME:PREFIX?endpoint=URL&region=NAME, the value of a setting, or answers Invalid. A prefix is 1 to 50 letters, digits and -.
func Parse(setting, scheme, text string) (Address, error) {
	a := Address{setting: setting}
	rest, ok := strings.CutPrefix(text, scheme+":")
	name, query, _ := strings.Cut(rest, "?")
	if !ok || name == "" || len(name) > maxPrefix || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" { // the text may have a secret in it, so it is not repeated
		return a, a.Wrong("use %[1]s:PREFIX?region=NAME, with a prefix of at most %[2]d letters, digits and hyphens; credentials do not belong into it, but into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or the machine's role",
			"use %[1]s:PREFIJO?region=NOMBRE, con un prefijo de %[2]d letras, cifras y guiones como mucho; las credenciales no van ahí, sino en AWS_ACCESS_KEY_ID y AWS_SECRET_ACCESS_KEY, AWS_PROFILE o el rol de la máquina", scheme, maxPrefix)
	}
	a.Prefix = name
	options, err := url.ParseQuery(query)
	if err != nil {
		return a, a.Wrong("what follows ? cannot be read", "lo que sigue a ? no se puede leer")
	}
	for name := range options {
		value := options.Get(name)
		switch name {
		case "endpoint":
			e, err := url.Parse(value)
			if err != nil || e.Scheme != "http" && e.Scheme != "https" || e.Host == "" || e.User != nil {
				return a, a.Wrong("the endpoint is a URL like https://dynamodb.example.com", "el endpoint es una URL como https://dynamodb.example.com")
			}
			a.Endpoint = value
		case "region":
			a.Region = value
		default:
			return a, a.Wrong("there is no %q; use endpoint and region", "no existe %q; use endpoint y region", name)
		}
	}
	return a, nil
}

// Wrong is Invalid, and names the setting.
func (a Address) Wrong(en, es string, args ...any) error {
	return animo.Errorf(animo.Invalid, "the setting "+a.setting+": "+en, "el ajuste "+a.setting+": "+es, args...).Of(a.setting)
}

// Where is the server, in words for people.
func (a Address) Where(c aws.Config) string { return cmp.Or(a.Endpoint, "AWS, "+c.Region) }

// Config is what a service's client is made of, and its transport, whose idle connections whoever uses it closes. It answers Invalid where there
// is no region or there are no credentials.
func (a Address) Config(ctx context.Context) (aws.Config, *http.Transport, error) {
	var load []func(*config.LoadOptions) error
	if a.Region != "" {
		load = append(load, config.WithRegion(a.Region))
	}
	c, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return c, nil, animo.Errorf(animo.Invalid, "the settings of AWS cannot be read; see to ~/.aws/config and the variables AWS_…",
			"no se pueden leer los ajustes de AWS; revise ~/.aws/config y las variables AWS_…").Of(a.setting).Because(err)
	}
	if c.Region == "" && a.Endpoint != "" {
		c.Region = "us-east-1" // what servers that have no regions take
	}
	if c.Region == "" {
		return c, nil, a.Wrong("AWS needs a region; add ?region=eu-west-1, for example, or set AWS_REGION", "AWS necesita una región; añada ?region=eu-west-1, por ejemplo, o defina AWS_REGION")
	}
	finding, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	if _, err := c.Credentials.Retrieve(finding); err != nil {
		if ctx.Err() != nil {
			return c, nil, animo.Ended(ctx.Err())
		}
		return c, nil, animo.Errorf(animo.Invalid, "AWS needs credentials, and there are none; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or the machine's role",
			"AWS necesita credenciales y no hay ninguna; defina AWS_ACCESS_KEY_ID y AWS_SECRET_ACCESS_KEY, AWS_PROFILE o el rol de la máquina").Of(a.setting).Because(err)
	}
	builder, ok := c.HTTPClient.(*awshttp.BuildableClient) // which has the certificates of AWS_CA_BUNDLE
	if !ok {
		builder = awshttp.NewBuildableClient()
	}
	builder = builder.WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTime })
	transport := builder.GetTransport()
	transport.ResponseHeaderTimeout = answerTime
	transport.MaxIdleConnsPerHost = idleMost
	c.Logger = logging.Nop{} // what fails is returned
	c.HTTPClient = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(r *retry.StandardOptions) {
			r.MaxAttempts, r.RateLimiter = attempts, ratelimit.None
			r.Backoff = retry.BackoffDelayerFunc(func(attempt int, err error) (time.Duration, error) { return Pause(attempt, err), nil })
		})
	}
	if a.Endpoint != "" {
		c.BaseEndpoint = &a.Endpoint
	}
	return c, transport, nil
}

// Pause is how long to wait before another attempt: up to 5 s where the service has too much to do, so that a call bears 11 s of that, and less
// where it cannot be reached, about which whoever calls wants to know. Half of it is at random, so that many do not come back at once.
func Pause(attempt int, err error) time.Duration {
	most, first := 400*time.Millisecond, 50*time.Millisecond
	if Throttled(err) {
		most, first = 5*time.Second, 100*time.Millisecond
	}
	whole := min(first<<min(max(attempt-1, 0), 10), most)
	return whole/2 + rand.N(whole/2+1)
}

// Throttled reports whether an error says that the service has too much to do.
func Throttled(err error) bool {
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool()
}

// CodeOf is AWS's word for an error; empty where it said none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// Refused reports whether an error says that the credentials are wrong, have expired, or may not do this.
func Refused(err error) bool {
	switch CodeOf(err) {
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch",
		"IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "AccessDenied", "AccessDeniedException", "AuthorizationError",
		"OptInRequired", "InvalidSecurity", "RequestExpired":
		return true
	}
	return false
}

// Failed is the answer to a call that a service, by its name, did not do; opening says that it was the first one, whose error an operator is to be told
// of at once: then wrong credentials are Forbidden. Later they are Unavailable, because whoever calls is not at fault. ctx has not ended.
func (a Address) Failed(service, where string, err error, opening bool) error {
	if fault := animo.MachineFault(err); fault != nil {
		return fault
	}
	switch code := CodeOf(err); {
	case Refused(err):
		kind := animo.Unavailable
		if opening {
			kind = animo.Forbidden
		}
		return animo.Errorf(kind, "%s (%s) refuses these credentials (%s); see to them, to what they may do and to the clock: they are for the setting %s",
			"%s (%s) rechaza estas credenciales (%s); revíselas, lo que permiten y el reloj: son para el ajuste %s", service, where, code, a.setting).Of(a.setting).Because(err)
	case Throttled(err):
		return animo.Errorf(animo.Unavailable, "%s (%s) has too much to do (%s); try again", "%s (%s) tiene demasiado que hacer (%s); inténtelo de nuevo", service, where, code).Because(err)
	case code == "":
		return animo.Errorf(animo.Unavailable, "%s (%s) cannot be reached; try again, and see to the setting %s", "%s (%s) no responde; inténtelo de nuevo y revise el ajuste %s", service, where, a.setting).Because(err)
	default:
		return animo.Errorf(animo.Unavailable, "%s (%s) does not do it now: %s", "%s (%s) no lo hace ahora: %s", service, where, code).Because(err)
	}
}
