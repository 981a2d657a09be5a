package server

import (
	"bufio"
	"context"
	"io"

	"connectrpc.com/connect"

	uplinev1 "upline/api/upline/v1"
	"upline/store"
)

// exportChunkBytes is how much of a file is sent at once.
const exportChunkBytes = 256 << 10

// ExportPeriod streams a closed period as a file. Nothing of it is held but the part that is being sent, and in Parquet the group of rows
// that is being filled.
func (s *Server) ExportPeriod(ctx context.Context, request *uplinev1.ExportPeriodRequest, stream *connect.ServerStream[uplinev1.ExportPeriodResponse]) error {
	q := store.ExportQuery{PlanID: request.GetPlanId(), Cadence: cadenceOf(request.GetCadence()), Period: request.GetPeriod()}
	out := &exportStream{server: s, stream: stream}
	buffer := bufio.NewWriterSize(out, exportChunkBytes)
	var err error
	switch request.GetTable() {
	case uplinev1.ExportTable_EXPORT_TABLE_LINES:
		rows := newExportRows[lineRow](buffer, request.GetFormat())
		err = s.store.ExportLines(ctx, q, out.begin, func(l *store.Line) error {
			out.done++
			return rows.write(lineRowOf(l))
		})
		if err == nil {
			err = rows.close()
		}
	case uplinev1.ExportTable_EXPORT_TABLE_PAYABLES:
		rows := newExportRows[payableRow](buffer, request.GetFormat())
		err = s.store.ExportPayables(ctx, q, out.begin, func(p *store.Payable) error {
			out.done += p.LineCount
			return rows.write(payableRowOf(p, &out.export))
		})
		if err == nil {
			err = rows.close()
		}
	default:
		rows := newExportRows[ledgerRow](buffer, request.GetFormat())
		var entries []store.LedgerEntry
		if out.export, entries, err = s.store.ExportLedger(ctx, q); err == nil {
			for i := range entries {
				for _, row := range ledgerRowsOf(&entries[i], &out.export) {
					if err = rows.write(row); err != nil {
						return err
					}
				}
			}
		}
		if err == nil {
			err = rows.close()
		}
	}
	if err != nil {
		return err
	}
	if err := buffer.Flush(); err != nil {
		return err
	}
	out.done = out.export.Rows
	return out.send(nil, true)
}

// exportStream sends what is written to it.
type exportStream struct {
	server *Server
	stream *connect.ServerStream[uplinev1.ExportPeriodResponse]
	export store.Export
	done   int64
}

func (e *exportStream) begin(of store.Export) error {
	e.export = of
	return nil
}

// Write implements io.Writer.
func (e *exportStream) Write(b []byte) (int, error) {
	select {
	case <-e.server.readiness.stopping:
		return 0, errStopping
	default:
	}
	if err := e.send(b, false); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (e *exportStream) send(chunk []byte, complete bool) error {
	return e.stream.Send(&uplinev1.ExportPeriodResponse{
		Chunk: chunk, LinesDone: e.done, LinesTotal: e.export.Rows, AsOf: timestamp(e.export.AsOfUS), Complete: complete,
	})
}

// exportRows writes rows in a format.
type exportRows[T csvRow] struct {
	write func(T) error
	close func() error
}

func newExportRows[T csvRow](to io.Writer, format uplinev1.ExportFormat) *exportRows[T] {
	if format == uplinev1.ExportFormat_EXPORT_FORMAT_PARQUET {
		return newParquetRows[T](to)
	}
	return newCSVRows[T](to)
}
