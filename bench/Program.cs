using System.Globalization;
using ImageSdk.Bench;

// What eng/bench.sh calls: single operations of the engine, which print one figure, and the report of all rows.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["hash", var directory]:
        Console.WriteLine($"{await Operations.HashAsync(directory):0.0}");
        return 0;
    case ["scan", var tree]:
        Console.WriteLine($"{await Operations.ScanAsync(tree):0.0000}");
        return 0;
    case ["layer", var tree]:
        Console.WriteLine($"{Operations.IndexLayer(tree):0.0000}");
        return 0;
    case ["unpack", var tree, var target]:
        Console.WriteLine($"{await Operations.UnpackAsync(tree, target):0.0000}");
        return 0;
    case ["report", var measured, var results, var page, var rounds, var extent]:
        Report.Write(measured, results, page, rounds == "quick", extent == "part");
        return 0;
    default:
        Console.Error.WriteLine("Called by eng/bench.sh: hash DIRECTORY | scan TREE | layer TREE | unpack TREE TARGET | report MEASURED RESULTS PAGE quick|full all|part");
        return 2;
}
