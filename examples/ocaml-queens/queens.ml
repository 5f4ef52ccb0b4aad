(* Queens on a board, a table of strings, exceptions, the collector: OCaml's native code and run-time library. *)
let rec place board columns row =
  if row = columns then 1
  else
    let safe column =
      List.for_all (fun (r, c) -> c <> column && abs (c - column) <> row - r) board
    in
    let rec try_from column sum =
      if column = columns then sum
      else
        try_from (column + 1)
          (if safe column then sum + place ((row, column) :: board) columns (row + 1) else sum)
    in
    try_from 0 0

let () =
  let words = Hashtbl.create 16 in
  for i = 0 to 9999 do
    Hashtbl.replace words (Printf.sprintf "word %d" (i mod 100)) i
  done;
  Printf.printf "%d queens, %d words\n" (place [] 8 0) (Hashtbl.length words);
  (try ignore (Hashtbl.find words "clay") with Not_found -> print_endline "no clay");
  Gc.compact ();
  Array.iteri (fun i word -> if i > 0 then print_endline word) Sys.argv
