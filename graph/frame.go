package graph

import (
	"bytes"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// The frames that are no messages of the protocol.
const (
	framePing  = "PING"
	framePong  = "PONG"
	frameClose = "CLOSE"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// write writes until nothing waits.
func (s *socket) write() {
	buffer := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= 2*writeChunk {
			buffers.Put(buffer)
		}
	}()
	for {
		batch := s.outbox.take()
		if len(batch) == 0 {
			return
		}
		for len(batch) > 0 {
			buffer.Reset()
			last := batch[0]
			for len(batch) > 0 && buffer.Len() < writeChunk {
				last = batch[0]
				appendFrame(buffer, last)
				batch = batch[1:]
			}
			_ = s.conn.SetWriteDeadline(time.Now().Add(writePatience))
			if _, err := s.conn.Write(buffer.Bytes()); err != nil {
				s.outbox.shut()
				_ = s.conn.Close()
				return
			}
			if last.kind == frameClose {
				_ = s.conn.SetReadDeadline(time.Now().Add(closePatience))
			}
		}
	}
}

// appendFrame writes a message down as one frame.
func appendFrame(to *bytes.Buffer, message outgoing) {
	switch message.kind {
	case framePing:
		header(to, ws.OpPing, 0)
	case framePong:
		header(to, ws.OpPong, len(message.payload))
		to.Write(message.payload)
	case frameClose:
		body := ws.NewCloseFrameBody(ws.StatusCode(message.code), string(message.payload))
		header(to, ws.OpClose, len(body))
		to.Write(body)
	default:
		appendMessage(to, message)
	}
}

func header(to *bytes.Buffer, code ws.OpCode, length int) {
	_ = ws.WriteHeader(to, ws.Header{Fin: true, OpCode: code, Length: int64(length)}) // a buffer takes everything
}

func appendMessage(to *bytes.Buffer, message outgoing) {
	head := `{"type":"` + message.kind + `"`
	if message.id != "" {
		head += `,"id":` + message.id
	}
	if len(message.payload) > 0 {
		head += `,"payload":`
	}
	header(to, ws.OpText, len(head)+len(message.payload)+1)
	to.WriteString(head)
	to.Write(message.payload)
	to.WriteByte('}')
}
