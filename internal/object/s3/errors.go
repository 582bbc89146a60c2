package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"animo"
	"animo/internal/awsclient"
	"animo/internal/object"
)

// A keptError says why an object is still there that was to be deleted.
type keptError struct{ code, message string }

func (e *keptError) Error() string                 { return fmt.Sprintf("%s: %s", e.code, e.message) }
func (e *keptError) ErrorCode() string             { return e.code }
func (e *keptError) ErrorMessage() string          { return e.message }
func (e *keptError) ErrorFault() smithy.ErrorFault { return smithy.FaultUnknown }

// versitygw's words for a name that is a folder, or in what is no folder.
const (
	isFolder     = "ExistingObjectIsDirectory"
	parentIsFile = "ObjectParentIsFile"
)

// failed gives an error of a call its code. Credentials, buckets and regions were right when the store was opened; that they are not
// now is no fault of whoever calls, and passes when somebody has seen to it: Machine.
func (s *store) failed(ctx context.Context, err error, name string) error {
	if err == nil {
		return nil
	}
	if code := awsclient.CodeOf(err); name != "" && (code == "NoSuchKey" || code == "NotFound") {
		return object.NotFound(name)
	}
	e := s.judge(ctx, err)
	if e.Field != "" {
		e.Code, e.Field = animo.Machine, ""
	}
	return e
}

// judge gives an error of a call its code, as when the store is opened: the field objects is at fault where somebody has to see to the
// setting, the bucket or the credentials.
func (s *store) judge(ctx context.Context, err error) *animo.Error {
	if ctx.Err() != nil {
		return animo.Ended(ctx.Err())
	}
	status, code := 0, awsclient.CodeOf(err)
	if e, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		status = e.HTTPStatusCode()
	}
	e := func(c animo.Code, en, es string) *animo.Error {
		return animo.Errorf(c, en, es, s.where, s.bucket, code).Because(err)
	}
	if fault := animo.MachineFault(err); fault != nil {
		return fault
	}
	switch {
	case strings.Contains(err.Error(), sumMismatch):
		return e(animo.Damaged, "an object is not as it was when it was stored (%[1]s, bucket %[2]s)", "un objeto no es como cuando se guardó (%[1]s, depósito %[2]s)")
	case code == "NoSuchBucket":
		return e(animo.NotFound, "%[1]s has no bucket %[2]s; make it, or see to the setting objects", "en %[1]s no existe el depósito %[2]s; créelo o revise el ajuste objects").Of("objects")
	case status == http.StatusMovedPermanently, code == "PermanentRedirect", code == "AuthorizationHeaderMalformed", code == "IllegalLocationConstraintException":
		return e(animo.Invalid, "the bucket %[2]s is in another region than %[1]s; see to region in the setting objects (%[3]s)", "el depósito %[2]s está en otra región que %[1]s; revise region en el ajuste objects (%[3]s)").Of("objects")
	case status == http.StatusForbidden && code != "QuotaExceeded", status == http.StatusUnauthorized, code == "AccessDenied", code == "ExpiredToken", code == "InvalidToken", code == "TokenRefreshRequired":
		return e(animo.Forbidden, "%[1]s does not let these credentials use the bucket %[2]s (%[3]s); see to them and to the clock: they need to list, read, put and delete objects, and to read the bucket's versioning and uploads",
			"%[1]s no permite que estas credenciales usen el depósito %[2]s (%[3]s); revíselas, y el reloj: deben poder listar, leer, guardar y borrar objetos, y leer el control de versiones y las subidas del depósito").Of("objects")
	case status == http.StatusInsufficientStorage, code == "QuotaExceeded", code == "XMinioStorageFull":
		return e(animo.NoSpace, "the bucket %[2]s is full (%[3]s); free some space or have its quota raised, and try again", "el depósito %[2]s está lleno (%[3]s); libere espacio o suba su cuota, e inténtelo de nuevo")
	case code == parentIsFile, code == isFolder:
		return animo.Errorf(animo.Conflict, "an object and a folder cannot have the same name", "un objeto y una carpeta no pueden tener el mismo nombre").Because(err)
	case status == 0, status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status == http.StatusTemporaryRedirect,
		code == "RequestTimeout", code == "SlowDown", strings.HasPrefix(code, "Throttl"):
		return e(animo.Machine, "the object store (%[1]s) cannot be reached or has too much to do; try again, and see to it", "el almacén de objetos (%[1]s) no responde o tiene demasiado que hacer; inténtelo de nuevo y revíselo")
	}
	return animo.Errorf(animo.Internal, "the object store failed", "falló el almacén de objetos").Because(err)
}
