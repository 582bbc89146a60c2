package awsfaces

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"animo"
)

// refusal is what may be logged of an error that Amazon answered. The text that comes with it is left out: it
// names accounts, and to a wrong signature it repeats headers with secrets in them.
type refusal struct {
	code    string // empty where the answer has none
	status  int    // of HTTP
	request string // Amazon's number for the request
}

// Error returns what is known.
func (r refusal) Error() string {
	return fmt.Sprintf("Amazon Rekognition answers %d %s (request %s)", r.status, r.code, r.request)
}

// credentialCodes are the errors that say that the credentials are at fault: those common to all of Amazon's
// services (https://docs.aws.amazon.com/rekognition/latest/APIReference/CommonErrors.html), and the two that
// Rekognition adds for a key that is not known and for one that may not do this.
var credentialCodes = map[string]bool{
	"AccessDeniedException":               true,
	"AccessDenied":                        true,
	"ExpiredTokenException":               true,
	"IncompleteSignature":                 true,
	"IncompleteSignatureException":        true,
	"InvalidClientTokenId":                true,
	"InvalidSignatureException":           true,
	"MissingAuthenticationToken":          true,
	"MissingAuthenticationTokenException": true,
	"NotAuthorized":                       true,
	"OptInRequired":                       true,
	"SignatureDoesNotMatch":               true,
	"UnrecognizedClientException":         true,
}

// judge says what a failed call means for a photo.
func (e *Engine) judge(err error) error {
	var why refusal
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		why.status, why.request = answer.HTTPStatusCode(), answer.ServiceRequestID()
	}
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		why.code = answer.ErrorCode()
	}
	_, throttled := retry.DefaultThrottleErrorCodes[why.code]
	switch {
	case throttled || why.status == http.StatusTooManyRequests || why.status == http.StatusServiceUnavailable:
		return animo.Deferred{Pause: e.pacer.next(), Err: why}
	case credentialCodes[why.code]:
		return noCredentials(why)
	case why.code == "ImageTooLargeException":
		return animo.Errorf(animo.ImageTooLarge, "the picture is larger than Amazon Rekognition takes; send a smaller one",
			"la imagen es mayor de lo que acepta Amazon Rekognition; envíe una más pequeña").Because(why)
	case why.code == "InvalidImageFormatException":
		return animo.Errorf(animo.CorruptImage, "Amazon Rekognition cannot read the picture; save it anew as JPEG or PNG",
			"Amazon Rekognition no puede leer la imagen; guárdela de nuevo como JPEG o PNG").Because(why)
	case why.code == "InvalidParameterException":
		return animo.Errorf(animo.Unsupported, "Amazon Rekognition does not take this picture; crop it, or save it in another size",
			"Amazon Rekognition no acepta esta imagen; recórtela o guárdela con otro tamaño").Because(why)
	}
	var cause error = why
	if why.status == 0 { // nobody answered: the error is the network's
		cause = err
	}
	return animo.Errorf(animo.Unavailable, "Amazon Rekognition cannot be reached or has failed; see to the network, then send the photo again",
		"no se puede llegar a Amazon Rekognition o ha fallado; revise la red y envíe la foto otra vez").Because(cause)
}

// noCredentials is answered when Amazon lets nobody in. Whoever sent the photo cannot help it; the operator reads
// in the log what to do.
func noCredentials(why error) error {
	return animo.Errorf(animo.Unavailable, "the service that finds the faces is not set up; the operator's log says why",
		"el servicio que encuentra los rostros no está configurado; el registro del operador dice por qué").
		Because(fmt.Errorf("the AWS credentials cannot be used; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or the machine's role, with the permissions rekognition:DetectFaces and rekognition:RecognizeCelebrities: %w", why))
}
