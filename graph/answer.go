package graph

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// answers is the transport of POST and GET, by the letter of GraphQL over HTTP
// (https://graphql.github.io/graphql-over-http/draft/).
type answers struct{}

const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
)

// Supports tells whether a request is for this transport.
func (answers) Supports(r *http.Request) bool {
	return requestChannel(r) == channelAnswer && (r.Method == http.MethodPost || r.Method == http.MethodGet)
}

// Do answers one request.
func (answers) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	media := answerMedia(r.Header.Get("Accept"))
	request, err := readParams(r)
	if err != nil || !hasDocument(request) {
		refuseRequest(w, http.StatusBadRequest, "BAD_REQUEST", "Envie query, ou o hash de um documento do painel, e variables e extensions como objetos JSON. / Send query, or the hash of a document of the panel, and variables and extensions as JSON objects.")
		return
	}
	ctx := r.Context()
	asked, problems := exec.CreateOperationContext(ctx, request)
	if problems != nil {
		status := http.StatusOK
		if media == mediaResponse {
			status = http.StatusBadRequest
		}
		write(w, status, media, unexecuted{exec.DispatchError(graphql.WithOperationContext(ctx, asked), problems).Errors})
		return
	}
	if r.Method == http.MethodGet && asked.Operation.Operation != ast.Query {
		w.Header().Set("Allow", http.MethodPost)
		refuseRequest(w, http.StatusMethodNotAllowed, "BAD_REQUEST", "Por GET só consultas: envie por POST. / Only queries by GET: send it by POST.")
		return
	}
	handler, ctx := exec.DispatchOperation(ctx, asked)
	write(w, http.StatusOK, media, handler(ctx))
}

// unexecuted is the answer to an operation that was not begun: it has no data.
type unexecuted struct {
	Errors gqlerror.List `json:"errors"`
}

func write(w http.ResponseWriter, status int, media string, answer any) {
	encoded, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(encoded)
}

// answerMedia answers the first of our two media types that is accepted.
func answerMedia(accept string) string {
	for one := range strings.SplitSeq(accept, ",") {
		media, _, err := mime.ParseMediaType(strings.TrimSpace(one))
		switch {
		case err != nil:
		case media == mediaResponse:
			return mediaResponse
		case media == mediaJSON, media == "application/*", media == "*/*":
			return mediaJSON
		}
	}
	return mediaJSON
}

// readParams reads the operation of a POST, whose body was looked at before, or of
// a GET.
func readParams(r *http.Request) (*graphql.RawParams, error) {
	request := &graphql.RawParams{Headers: r.Header}
	request.ReadTime.Start = graphql.Now()
	defer func() { request.ReadTime.End = graphql.Now() }()
	if r.Method == http.MethodPost {
		decoder := json.NewDecoder(r.Body)
		decoder.UseNumber()
		return request, decoder.Decode(request)
	}
	query := r.URL.Query()
	request.Query, request.OperationName = query.Get("query"), query.Get("operationName")
	for name, into := range map[string]*map[string]any{"variables": &request.Variables, "extensions": &request.Extensions} {
		if given := query.Get(name); given != "" {
			if err := unmarshalNumbers([]byte(given), into); err != nil {
				return nil, err
			}
		}
	}
	return request, nil
}
