using System.Text;

namespace ImageSdk.Images.Tests;

public sealed class FilterTests
{
    static bool Matches(string expression, string path) => new Filter([expression]).Matches(path);

    [Theory]
    // Plain text is a prefix test.
    [InlineData("/etc/fstab", "/etc/fstab", true)]
    [InlineData("/etc/fstab", "/etc/fstab.d/x", true)]
    [InlineData("/etc/fstab", "/etc/fsta", false)]
    [InlineData("etc", "/etc", false)]
    [InlineData("/a[.]b", "/a.b", true)]
    [InlineData("/a[.]b", "/axb", false)]
    [InlineData("/a[^]", "/a", null)]
    // Equality.
    [InlineData("/tmp$", "/tmp", true)]
    [InlineData("/tmp$", "/tmp/x", false)]
    [InlineData("$", "", true)]
    [InlineData("$", "/", false)]
    // Prefix.
    [InlineData("/var/.*", "/var/", true)]
    [InlineData("/var/.*", "/var", false)]
    [InlineData(".*", "", true)]
    // Prefix, then an expression.
    [InlineData("/etc/ssh/ssh_host_.*_key(|[.]pub)$", "/etc/ssh/ssh_host_rsa_key", true)]
    [InlineData("/etc/ssh/ssh_host_.*_key(|[.]pub)$", "/etc/ssh/ssh_host_rsa_key.pub", true)]
    [InlineData("/etc/ssh/ssh_host_.*_key(|[.]pub)$", "/etc/ssh/ssh_host_rsa_key.pubx", false)]
    // The path or anything below.
    [InlineData("/tmp(|/.*)$", "/tmp", true)]
    [InlineData("/tmp(|/.*)$", "/tmp/a/b", true)]
    [InlineData("/tmp(|/.*)$", "/tmpfile", false)]
    // Contains.
    [InlineData(".*/__pycache__/.*", "/usr/lib/__pycache__/x", true)]
    [InlineData(".*/__pycache__/.*", "usr/lib/__pycache__/x", false)]
    [InlineData("/.*app-log.*", "/.myapp-logout", true)]
    [InlineData("/.*app-log.*", "/.myprog-log.err", false)]
    [InlineData("/.*/foo.*", "/foo", true)]
    [InlineData("/.*foo", "/a/foo", true)]
    // Expressions.
    [InlineData("/foo(|.*)$", "/foobar", true)]
    [InlineData("/file.log", "/file%log", true)]
    [InlineData("/file.log", "/x/file.log", false)]
    [InlineData("/a.b|/c", "/x/c", true)]
    [InlineData("/a.b|/c", "/x/a.b", false)]
    [InlineData("(/a.b|/c)", "/x/c", false)]
    [InlineData("/a.$", "/ab\n", false)]
    [InlineData("/a.b", "/a\nb", false)]
    [InlineData("(?s)/a.b", "/a\nb", true)]
    [InlineData(@"/\d+$", "/12", true)]
    [InlineData(@"/\d+$", "/١٢", false)]
    [InlineData(@"/\w+$", "/é", false)]
    [InlineData(@"/x\s$", "/x\u00a0", false)]
    [InlineData(@"/a.\b", "/aé", false)]
    [InlineData(@"/a.\B", "/aé", true)]
    [InlineData("/(?P<name>x)y$", "/xy", true)]
    [InlineData("/(?<name>x)y$", "/xy", true)]
    [InlineData("/[[:upper:]][[:^digit:]]$", "/Xé", true)]
    [InlineData("/[[:upper:]][[:^digit:]]$", "/X1", false)]
    [InlineData(@"/\p{Lu}\PN$", "/Éx", true)]
    [InlineData(@"/\p{Lu}\PN$", "/éx", false)]
    [InlineData("/(?i)STRASSE$", "/strasse", true)]
    [InlineData("/(?i)É", "/é", true)]
    [InlineData("/(?i:A)b$", "/aB", false)]
    [InlineData("/(?i)k$", "/\u212a", true)]
    [InlineData("/..$", "/日本", true)]
    [InlineData("/...$", "/日本", false)]
    [InlineData("/[^a]$", "/😀", true)]
    [InlineData("/[😀-😃]$", "/😁", true)]
    [InlineData("/[😀-😃]$", "/🙈", false)]
    [InlineData(@"/\x{1F600}\x41\101\Qa.b*\E$", "/😀AAa.b*", true)]
    [InlineData(@"/a{2,3}$", "/aaa", true)]
    [InlineData(@"/a{2,3}$", "/aaaa", false)]
    [InlineData(@"/a{,3}$", "/a{,3}", true)]
    [InlineData(@"/a{01}$", "/a{01}", true)]
    [InlineData(@"*/x", "/x", true)]
    [InlineData(@"/[]a]+$", "/]a", true)]
    [InlineData(@"/[a-]+$", "/a-", true)]
    [InlineData(@"/[^\x00-\x{10FFFF}]", "/a", false)]
    [InlineData("(?m)/a$", "/a\nb", true)]
    [InlineData(@"/(\.)\z", "/.", true)]
    public void MatchesAsTheOriginalDoes(string expression, string path, bool? expected)
    {
        if (expected is null)
            Assert.Throws<FilterException>(() => Matches(expression, path));
        else
            Assert.Equal(expected, Matches(expression, path));
    }

    [Fact]
    public void EachByteThatIsNotUtf8CountsAsOneReplacement()
    {
        var filter = new Filter(["/a..b$"]);
        Assert.True(filter.Matches("/a\xe3\x81" + "b" is var text ? Encoding.Latin1.GetBytes(text) : []));
        Assert.False(filter.Matches(Encoding.Latin1.GetBytes("/a\xe3" + "b")));
        Assert.True(new Filter(["/a\ufffd$(|x)"]).Matches(Encoding.Latin1.GetBytes("/a\xff")));
        Assert.False(new Filter(["/\\x{FFFE}"]).Matches(Encoding.Latin1.GetBytes("/\xff")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a(")]
    [InlineData("/a)")]
    [InlineData("/a[")]
    [InlineData("/a[z-a]")]
    [InlineData(@"/a\")]
    [InlineData(@"/a\y")]
    [InlineData(@"/a(b)\1")]
    [InlineData(@"/a\C")]
    [InlineData("/a**")]
    [InlineData("(*)")]
    [InlineData("/a.|*")]
    [InlineData("/a(?=b)")]
    [InlineData("/a(?!b)")]
    [InlineData("/a(?<=b)")]
    [InlineData("/a(?>b)")]
    [InlineData("/a(?P=n)")]
    [InlineData("/a(?P<n>x)(?P<n>y)")]
    [InlineData("/a(?P<>x)")]
    [InlineData("/a(?i-)")]
    [InlineData("/a{1001}")]
    [InlineData("/(a{100}){100}")]
    [InlineData("/a{3,2}")]
    [InlineData("/[[:nope:]]")]
    [InlineData(@"/\p{Nope}")]
    [InlineData(@"/\x{110000}")]
    [InlineData(@"/\xg0")]
    [InlineData(@"/[a-\d]")]
    public void RefusesWhatRe2Refuses(string expression)
    {
        var error = Assert.Throws<FilterException>(() => new Filter(["/ok", expression]).Validate());
        Assert.Equal((2, expression), (error.Line, error.Expression));
        Assert.NotEmpty(error.Reason);
    }

    [Fact]
    public void RefusesExpressionsThatWouldEatTheMachine()
    {
        Assert.Throws<FilterException>(() => new Filter([new string('(', 100_000)]).Validate());
        Assert.Throws<FilterException>(() => new Filter(["/(?:" + string.Concat(Enumerable.Repeat("[ab]{1000}", 200)) + ")"]).Validate());
        Assert.Throws<FilterException>(() => new Filter(["/." + string.Concat(Enumerable.Repeat(@"*\Q\E", 5000))]).Validate());
    }

    [Fact]
    public void LargeExpressionsOfTheDialectAreTaken()
    {
        Assert.True(Matches("/.?(a|b|ab){1000}c", "/" + new string('a', 1000) + "c"));
        Assert.False(Matches("/.?(a|b|ab){1000}c", "/" + new string('a', 998) + "c"));
        var han = string.Concat(Enumerable.Range(0, 500).Select(index => (char)(0x4E00 + index)));
        Assert.True(Matches("/." + han, "/x" + han));
    }

    [Fact]
    public void ManyLinesTakeLittleMemoryAndFindTheirPaths()
    {
        string[] lines =
        [
            .. Enumerable.Range(0, 50_000).Select(index => (index % 5) switch
            {
                0 => $"/usr/share/doc/package-{index}/copyright$",
                1 => $"/var/lib/service{index}/.*",
                2 => $"/opt/app{index}/[^/]+/log[0-9]+[.]txt$",
                3 => $".*/cache-{index}/x(|/.*)$",
                _ => $"/srv/(a|b){index}(|/.*)$",
            }),
        ];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var filter = new Filter(lines);
        filter.Validate();
        for (var index = 0; index < lines.Length; index += 50)
        {
            Assert.True(filter.Matches($"/usr/share/doc/package-{index}/copyright"));
            Assert.False(filter.Matches($"/usr/share/doc/package-{index}/copyrights"));
            Assert.True(filter.Matches($"/var/lib/service{index + 1}/any"));
            Assert.True(filter.Matches($"/opt/app{index + 2}/b/log12.txt"));
            Assert.False(filter.Matches($"/opt/app{index + 2}/b/c/log12.txt"));
            Assert.True(filter.Matches($"/deep/er/cache-{index + 3}/x/y"));
            Assert.True(filter.Matches($"/srv/b{index + 4}"));
            Assert.False(filter.Matches($"/srv/c{index + 4}"));
        }
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 100 << 20);
        GC.KeepAlive(filter);
    }

    /// <summary>An expression with more states than are kept: those that are forgotten are made again.</summary>
    [Fact]
    public async Task StatesThatAreForgottenAreMadeAgain()
    {
        var filter = new Filter(["/(?:a|b)*a(?:a|b){17}$"]);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var round = 0; round < 2000; round++)
            {
                var path = string.Concat(Enumerable.Range(0, 60).Select(_ => random.Next(2) == 0 ? 'a' : 'b'));
                Assert.Equal(path[^18] == 'a', filter.Matches("/" + path));
            }
        })));
    }

    [Fact]
    public void CompilingCanBeCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => new Filter(["/a"]).Validate(cancelled.Token));
    }

    [Fact]
    public void TimeStaysLinearWhereBacktrackingWouldNotEnd()
    {
        Assert.False(new Filter(["/(a+)+$"]).Matches("/" + new string('a', 5000) + "b"));
    }

    [Fact]
    public void AnExclamationMarkInvertsWhereverItStands()
    {
        foreach (var filter in (Filter[])[new(["!", "/bin(|/.*)$"]), new(["/bin(|/.*)$", "!"])])
        {
            Assert.False(filter.Matches("/bin"));
            Assert.False(filter.Matches("/bin/ls"));
            Assert.True(filter.Matches("/bingo"));
            Assert.True(filter.Matches("/etc/fstab"));
        }
        Assert.True(new Filter(["!"]).Matches("/any"));
        Assert.False(new Filter([]).Matches("/any"));
    }

    [Fact]
    public void ReadsFilesWithoutTrimming()
    {
        var filter = Filter.Parse("# note\n\n/a\r\n #/b\n!\n");
        Assert.Equal(["/a", " #/b", "!"], filter.Lines);
        var error = Assert.Throws<FilterException>(() => Filter.Parse("# note\n\n/a\n/b(\n").Validate());
        Assert.Equal(4, error.Line);
        Assert.False(Filter.Parse("/b(").IsValid(out var same));
        Assert.Equal("missing closing )", same.Reason);
        Assert.True(filter.IsValid(out _));
        Assert.Equal(["/a"], Filter.FromLines(["", "/a", ""]).Lines);
    }

    [Fact]
    public void MergesToTheSortedUnion()
    {
        Assert.Null(Filter.Merge(null, null));
        Assert.Equal([], Filter.Merge(new Filter([]), null)!.Lines);
        Assert.Equal(["!", "/a", "/b", "/é", "/\uff5e", "/😀"],
            Filter.Merge(new Filter(["/b", "/😀", "/a"]), null, new Filter(["/\uff5e", "!", "/a", "/é"]))!.Lines);
    }

    [Fact]
    public void ListsWhatIsNotOptimised()
    {
        var filter = new Filter(
        [
            ".*/__pycache__/.*", "/.*app-log.*", "/etc/fstab", "/etc/ssh/ssh_host_.*_key(|[.]pub)$", "/file.log", "/foo(|.*)$",
            "/tmp(|/.*)$", "!",
        ]);
        Assert.Equal(["/file.log", "/foo(|.*)$"], filter.ListUnoptimised());
    }

    [Fact]
    public void ComparesAsSets()
    {
        Assert.True(new Filter(["/a", "/b"]).HasSameLines(new Filter(["/b", "/a"])));
        Assert.False(new Filter(["/a"]).HasSameLines(new Filter(["/b", "/a"])));
        Assert.False(new Filter(["/a", "/c"]).HasSameLines(new Filter(["/b", "/a"])));
    }
}
