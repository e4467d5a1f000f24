using System.Collections.Concurrent;
using System.Net;
using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageServer.Tests.Import;

public sealed class ImportTreeTests : IAsyncLifetime
{
    readonly ConcurrentDictionary<string, byte[]> parts = new();
    WebApplication source = null!;
    TestServer server = null!;
    SrpcConnection connection = null!;
    string url = "";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        source = builder.Build();
        source.Run(async context =>
        {
            if (!parts.TryGetValue(context.Request.Path, out var content))
            {
                context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                return;
            }
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content);
        });
        await source.StartAsync();
        url = source.Urls.Single() + "/some/base";
        server = await TestServer.StartAsync();
        connection = await server.ConnectAsync();
        await new ImageServerClient(connection).MakeDirectoryAsync("trees");
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await source.DisposeAsync();
    }

    ObjectHash Put(string kind, string content)
    {
        var bytes = Encoding.Latin1.GetBytes(content);
        var hash = ObjectHash.Of(bytes);
        parts[$"/some/base/{kind}/{hash}"] = bytes;
        return hash;
    }

    Task<ImportTreeResponse> ImportAsync(string tree, string directory = "trees") => connection.CallAsync(
        "ImageServer.ImportTree", ImportTreeRequest.Gob, new() { DirectoryName = directory, TreeUrl = tree }, ImportTreeResponse.Gob);

    [Fact]
    public async Task MakesAnImageOfATree()
    {
        var file = Put("blob", "content");
        var target = Put("blob", "../etc/file");
        var etc = Put("tree", $"file/0/420/1/2/7/{file}\nempty/0/384/0/0/0/{new ObjectHash(new byte[64])}\n");
        var root = Put("tree", $"usr/1/1005/0/0/0/{etc}\netc/1/493/3/4/300/{etc}\nl\u00efnk/2/511/5/6/11/{target}\nsame/0/33261/0/0/7/{file}\n");
        var reply = await ImportAsync($"{url}/tree/{root}");
        Assert.Equal(("", $"trees/{root}"), (reply.Error, reply.ImageName));
        // The tree itself does not count, as with the original: a directory and the target of a link.
        Assert.Equal((2ul, 1ul, 7ul), (reply.TreeObjectsAdded, reply.FileObjectsAdded, reply.FileBytesAdded));
        var image = server.Parts.Images.Get(reply.ImageName)!;
        Assert.Null(image.Filter);
        Assert.NotNull(image.CreatedOn);
        var lines = image.FileSystem!.Walk().Where(entry => entry.InodeNumber is not null).Select(entry => (Convert.ToHexString(entry.Path.Span), entry.Inode)).ToDictionary();
        Assert.Equal(6, lines.Count);
        var found = Assert.IsType<RegularInode>(image.FileSystem.Index.Find("/etc/file"));
        Assert.Equal((InodeMode.Regular | 420u, 1u, 2u, 7ul, file), (found.Mode, found.Uid, found.Gid, found.Size, found.Hash));
        Assert.Equal(InodeMode.Regular | 493u, Assert.IsType<RegularInode>(image.FileSystem.Index.Find("/same")).Mode);
        // Names are bytes.
        Assert.Equal("../etc/file", Assert.IsType<SymlinkInode>(lines[Convert.ToHexString(Encoding.Latin1.GetBytes("/l\u00efnk"))]).Target.ToString());
        Assert.Empty(Assert.IsType<DirectoryInode>(image.FileSystem.Index.Find("/usr")).Entries);
        Assert.Equal($"image: trees/{root} already exists", (await ImportAsync($"{url}/tree/{root}")).Error);
    }

    [Fact]
    public async Task MakesAnImageOfAnEmptyTree()
    {
        var reply = await ImportAsync($"{url}/tree/{Put("tree", "")}");
        Assert.Equal(("", 0ul), (reply.Error, reply.TreeObjectsAdded));
        Assert.Empty(server.Parts.Images.Get(reply.ImageName)!.FileSystem!.InodeTable);
    }

    [Fact]
    public async Task RefusesWhatIsNoTree()
    {
        var file = Put("blob", "content");
        await FailsAsync("not a tree: ", $"{url}/tree/123");
        Assert.Equal("not a tree", (await ImportAsync($"{url}/treee/{file}")).Error);
        Assert.Equal("not a tree", (await ImportAsync($"{url}/tree/{file}/x")).Error);
        await FailsAsync("not the URL of a tree: ", "file:///tree/" + file);
        Assert.Equal($"Get \"{url}/tree/{file}\": 404 Not Found", (await ImportAsync($"{url}/tree/{file}")).Error);
        Assert.Equal("directory: none does not exist", (await ImportAsync($"{url}/tree/{file}", "none")).Error);
        await FailsAsync("number of segments: 2 != 7: a/b", $"{url}/tree/{Put("tree", "a/b\n")}");
        await FailsAsync("malformed tree: unknown type 3", $"{url}/tree/{Put("tree", $"a/3/1/0/0/7/{file}\n")}");
        await FailsAsync("strconv.ParseUint: parsing \"-7\": invalid syntax", $"{url}/tree/{Put("tree", $"a/0/1/0/0/-7/{file}\n")}");
        await FailsAsync("strconv.ParseUint: parsing \"4294967296\": value out of range", $"{url}/tree/{Put("tree", $"a/0/4294967296/0/0/7/{file}\n")}");
        await FailsAsync("number of segments: 1 != 7: ", $"{url}/tree/{Put("tree", $"a/0/1/0/0/7/{file}\n\n")}");
        await FailsAsync("malformed tree: no hash", $"{url}/tree/{Put("tree", "a/0/1/0/0/7/12\n")}");
        await FailsAsync("/..: name is . or ..", $"{url}/tree/{Put("tree", $"../0/1/0/0/7/{file}\n")}");
        await FailsAsync("/a: duplicate name", $"{url}/tree/{Put("tree", $"a/0/1/0/0/7/{file}\na/0/1/0/0/7/{file}\n")}");
        await FailsAsync("malformed tree: two sizes", $"{url}/tree/{Put("tree", $"a/0/1/0/0/7/{file}\nb/0/1/0/0/8/{file}\n")}");
        Assert.Empty(server.Parts.Images.List(_ => true));

        async Task FailsAsync(string reason, string tree) => Assert.Contains(reason, (await ImportAsync(tree)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusesAContentThatItsHashDoesNotName()
    {
        var root = Put("tree", "other");
        parts[$"/some/base/tree/{root}"] = Encoding.UTF8.GetBytes("forged");
        Assert.Contains("hash mismatch", (await ImportAsync($"{url}/tree/{root}")).Error, StringComparison.Ordinal);
    }
}
